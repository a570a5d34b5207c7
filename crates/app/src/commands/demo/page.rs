//! What was found, as a page: one file and the pictures beside it, no script, nothing from the network.

use std::fmt::Write as _;

use super::finding::{Finding, Verdict};
use super::table;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>biowatch demo</title>
<style>
:root { color-scheme: light dark; --page: #f6f5f1; --card: #ffffff; --ink: #20241f; --soft: #5b625a; --line: #dcdad2;
  --right: #00694a; --broader: #7a5a00; --wrong: #a4262c; }
@media (prefers-color-scheme: dark) { :root { --page: #161916; --card: #20241f; --ink: #ecebe4; --soft: #a8aea5;
  --line: #363b35; --right: #6fd3ae; --broader: #e8c468; --wrong: #ff9a94; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1500px; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 3rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
header p, footer p { max-width: 70ch; color: var(--soft); }
header strong { color: var(--ink); }
.photos { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.25rem;
  margin: 1.5rem 0; padding: 0; list-style: none; }
figure { margin: 0; height: 100%; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  overflow: hidden; }
figure a { display: block; }
img { display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: cover; background: var(--line); }
figcaption { padding: .7rem .9rem .8rem; }
.name { display: flex; justify-content: space-between; gap: 1rem; font-weight: 600; }
.name span:last-child { font-variant-numeric: tabular-nums; font-weight: 400; }
.more { margin: 0; color: var(--soft); font-size: .875rem; }
.right { color: var(--right); } .broader { color: var(--broader); } .wrong { color: var(--wrong); }
pre { padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
</style>
</head>
<body>
<main>
"#;

const FOOT: &str = r#"</ul>
<footer>
<h2>Your own photos</h2>
<p>The model of this demo knows rendered scenes only and is of no use for science. Install a real one:</p>
<pre>biowatch models list
biowatch models install speciesnet
biowatch predict speciesnet FOLDER --country KEN --out rows.ndjson</pre>
</footer>
</main>
</body>
</html>
"#;

/// The page; pictures lie in `pictures/` beside it.
pub(super) fn html(findings: &[Finding]) -> String {
    let mut page = String::from(HEAD);
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "<header>\n<h1>What the demo found</h1>\n<p><strong>{}</strong><br>\nScenes by biowatch's own renderer, \
         predicted on this machine by the small model inside the program. Orange boxes hold animals, blue ones people, \
         purple ones vehicles.</p>\n</header>\n<ul class=\"photos\">\n",
        escaped(&table::summary(findings))
    );
    for finding in findings {
        page.push_str(&card(finding));
    }
    page.push_str(FOOT);
    page
}

fn card(finding: &Finding) -> String {
    let class = match finding.verdict {
        Verdict::Right => "right",
        Verdict::Broader => "broader",
        Verdict::Wrong => "wrong",
    };
    let verdict = match finding.verdict {
        Verdict::Right => finding.verdict.word().to_owned(),
        verdict => format!("{}: it is {}", verdict.word(), finding.really),
    };
    let (file, found) = (escaped(&finding.file), escaped(&finding.found));
    let score = finding.score.map(|score| format!("{score:.2}")).unwrap_or_default();
    let (decided_by, verdict) = (escaped(&finding.decided_by), escaped(&verdict));
    format!(
        "<li><figure><a href=\"pictures/{file}\"><img src=\"pictures/{file}\" loading=\"lazy\" \
         alt=\"{file}: {found}\"></a>\n<figcaption><div class=\"name\"><span>{found}</span><span>{score}</span></div>\n\
         <p class=\"more\"><span class=\"{class}\">{verdict}</span> · {decided_by}</p></figcaption></figure></li>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_nothing_else() {
        let finding = Finding {
            file: "a\"b.jpg".into(),
            found: "<script>".into(),
            score: Some(0.5),
            decided_by: "classifier & co".into(),
            really: "fox".into(),
            verdict: Verdict::Wrong,
            marks: Vec::new(),
        };
        let page = html(&[finding]);
        assert!(
            !page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("a&quot;b.jpg")
        );
        assert!(page.contains("wrong: it is fox"));
    }
}
