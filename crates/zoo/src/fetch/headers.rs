//! What the heads of answers say about parts, sizes and waiting.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER};

/// `Content-Range`, as far as it is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// First and last byte; `None` for `*`.
    pub(super) part: Option<(u64, u64)>,
    /// Bytes of the whole; `None` for `*`.
    pub(super) total: Option<u64>,
}

/// The answer's `Content-Range`: `bytes 5-9/10`, `bytes */10`.
pub(super) fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    let (part, total) = text(headers, CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
    let number = |text: &str| text.trim().parse().ok().filter(|_| !text.trim().starts_with('+'));
    let total = if total.trim() == "*" { None } else { Some(number(total)?) };
    let part = match part.trim() {
        "*" => None,
        part => {
            let (first, last) = part.split_once('-')?;
            let (first, last) = (number(first)?, number(last)?);
            if first > last || total.is_some_and(|total| last >= total) {
                return None;
            }
            Some((first, last))
        }
    };
    Some(ContentRange { part, total })
}

/// What tells one state of a file from another: a strong `ETag`, else `Last-Modified`.
pub(super) fn validator(headers: &HeaderMap) -> Option<String> {
    let strong = text(headers, ETAG).filter(|tag| tag.starts_with('"') && tag.len() < 1000);
    let modified = || text(headers, LAST_MODIFIED).filter(|date| httpdate::parse_http_date(date).is_ok());
    strong.or_else(modified).map(str::to_owned)
}

/// `Retry-After`: seconds, or a date. A date in the past is now.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default())
}

pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn ranges_are_read_strictly() {
        let range =
            |text| content_range(&headers(CONTENT_RANGE, text)).map(|range| (range.part, range.total));
        assert_eq!(range("bytes 5-9/10"), Some((Some((5, 9)), Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((Some((5, 9)), None)));
        assert_eq!(range("bytes */10"), Some((None, Some(10))));
        for bad in [
            "",
            "5-9/10",
            "bytes 5-9",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes -9/10",
            "bytes a-b/c",
            "bytes 5-99999999999999999999/*",
            "items 5-9/10",
        ] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }

    #[test]
    fn waiting_is_told_in_seconds_or_as_a_date() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        let wait = |text| retry_after(&headers(RETRY_AFTER, text), now);
        assert_eq!(wait("120"), Some(Duration::from_secs(120)));
        assert_eq!(wait("Wed, 21 Oct 2015 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(wait("Wed, 21 Oct 2015 07:27:30 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        assert_eq!((wait("-1"), wait("soon"), wait("")), (None, None, None));
    }

    #[test]
    fn weak_tags_do_not_tell_bytes_apart() {
        assert_eq!(validator(&headers(ETAG, "\"a\"")).as_deref(), Some("\"a\""));
        assert_eq!(validator(&headers(ETAG, "W/\"a\"")), None);
        assert_eq!(validator(&headers(LAST_MODIFIED, "yesterday")), None);
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(validator(&headers(LAST_MODIFIED, date)).as_deref(), Some(date));
    }
}
