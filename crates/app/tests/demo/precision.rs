//! Average precision at an overlap of one half, as COCO means it but for the interpolation: all points count.

/// A box that was found: left, top, width, height, and how sure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Boxed {
    pub(crate) bbox: [f64; 4],
    pub(crate) score: f64,
}

fn overlap([ax, ay, aw, ah]: [f64; 4], [bx, by, bw, bh]: [f64; 4]) -> f64 {
    let across = ((ax + aw).min(bx + bw) - ax.max(bx)).max(0.0);
    let down = ((ay + ah).min(by + bh) - ay.max(by)).max(0.0);
    across * down / (aw * ah + bw * bh - across * down)
}

/// Of photos, each with its true boxes and those found. A true box is found once; the rest are false.
pub(crate) fn average_precision(photos: &[(Vec<[f64; 4]>, Vec<Boxed>)]) -> f64 {
    let truths: usize = photos.iter().map(|(truth, _)| truth.len()).sum();
    let mut hits: Vec<(f64, bool)> = Vec::new();
    for (truth, found) in photos {
        let mut taken = vec![false; truth.len()];
        let mut found = found.clone();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        for one in found {
            let best = truth
                .iter()
                .enumerate()
                .map(|(index, truth)| (index, overlap(*truth, one.bbox)))
                .filter(|(index, overlap)| !taken[*index] && *overlap >= 0.5)
                .max_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((index, _)) = best {
                taken[index] = true;
            }
            hits.push((one.score, best.is_some()));
        }
    }
    hits.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut curve = Vec::with_capacity(hits.len());
    let (mut right, mut all) = (0usize, 0usize);
    for (_, hit) in hits {
        all += 1;
        right += usize::from(hit);
        curve.push((right as f64 / truths as f64, right as f64 / all as f64));
    }
    let (mut area, mut best, mut recall) = (0.0, 0.0f64, curve.last().map_or(0.0, |last| last.0));
    for (at, precision) in curve.into_iter().rev() {
        area += (recall - at) * best;
        recall = at;
        best = best.max(precision);
    }
    area + recall * best
}

#[test]
fn precision_is_one_when_all_is_found_and_falls_with_false_boxes() {
    let truth = [0.1, 0.1, 0.2, 0.2];
    let good = Boxed { bbox: [0.11, 0.1, 0.2, 0.2], score: 0.9 };
    let bad = |score| Boxed { bbox: [0.6, 0.6, 0.2, 0.2], score };
    assert!((average_precision(&[(vec![truth], vec![good, bad(0.5)])]) - 1.0).abs() < 1e-9);
    assert!((average_precision(&[(vec![truth], vec![good, bad(0.95)])]) - 0.5).abs() < 1e-9);
    assert!((average_precision(&[(vec![truth, truth], vec![good])]) - 0.5).abs() < 1e-9);
    assert_eq!(average_precision(&[(vec![truth], vec![])]), 0.0);
}
