//! How a ray meets a body: distances to its pieces, smoothly joined, walked along the ray.

use crate::body::part::{Organ, Part};
use crate::vector::{Vec3, vec3};

/// Pieces near one ray.
#[derive(Debug, Default)]
pub struct Near(Vec<u32>);

/// The joined distance to some pieces of `parts`.
pub fn distance(parts: &[Part], near: &[u32], p: Vec3) -> f32 {
    let mut d = 1e3f32;
    for &index in near {
        let part = &parts[index as usize];
        let other = part.distance(p);
        let k = part.blend;
        if k > 0.0 && (d - other).abs() < k {
            let h = (k - (d - other).abs()) / k;
            d = d.min(other) - h * h * k * 0.25;
        } else {
            d = d.min(other);
        }
    }
    d
}

/// Distance to the nearest of all pieces. `bounds` are their balls: what is farther than the best so far is skipped.
pub fn distance_to_all(parts: &[Part], bounds: &[(Vec3, f32)], p: Vec3) -> f32 {
    let mut d = 1e3f32;
    for (part, (centre, radius)) in parts.iter().zip(bounds) {
        let reach = d.max(0.0) + radius;
        let to = p - *centre;
        if to.dot(to) < reach * reach {
            d = d.min(part.distance(p));
        }
    }
    d
}

/// Where a ray first meets the body: how far along it.
pub fn meet(
    parts: &[Part],
    bounds: &[(Vec3, f32)],
    origin: Vec3,
    along: Vec3,
    near: &mut Near,
    fine: f32,
) -> Option<f32> {
    near.0.clear();
    let (mut first, mut last) = (f32::INFINITY, 0.0f32);
    for (index, (centre, radius)) in bounds.iter().enumerate() {
        let to = *centre - origin;
        let t = to.dot(along);
        let aside = (to - along * t).length();
        let reach = radius + parts[index].blend * 0.6 + 0.004;
        if aside < reach {
            near.0.push(index as u32);
            let half = (reach * reach - aside * aside).sqrt();
            (first, last) = (first.min(t - half), last.max(t + half));
        }
    }
    let mut t = first.max(0.05);
    for _ in 0..70 {
        if t > last {
            return None;
        }
        let d = distance(parts, &near.0, origin + along * t);
        if d < fine * t {
            return Some(t);
        }
        t += d.max(fine * t) * 0.93;
    }
    None
}

/// Outward direction at a point of the surface.
pub fn normal(parts: &[Part], near: &Near, p: Vec3, step: f32) -> Vec3 {
    let mut sum = Vec3::ZERO;
    for k in [vec3(1.0, -1.0, -1.0), vec3(-1.0, -1.0, 1.0), vec3(-1.0, 1.0, -1.0), vec3(1.0, 1.0, 1.0)] {
        sum += k * distance(parts, &near.0, p + k * step);
    }
    sum.unit()
}

/// The pieces that make up the surface at a point, with their shares: at most three that count.
pub fn shares(parts: &[Part], near: &Near, p: Vec3, of: &mut Vec<(u32, f32)>) {
    of.clear();
    let least = near.0.iter().map(|&i| parts[i as usize].distance(p)).fold(f32::INFINITY, f32::min);
    for &index in &near.0 {
        let part = &parts[index as usize];
        let soft = (part.blend * 0.55).max(0.002);
        let share = 1.0 - (part.distance(p) - least) / soft;
        if share > 0.0 {
            let hard = matches!(part.organ, Organ::Eye | Organ::Nose | Organ::Horn);
            of.push((index, if hard { share * 4.0 } else { share * share }));
        }
    }
    let total: f32 = of.iter().map(|(_, share)| share).sum();
    for (_, share) in of.iter_mut() {
        *share /= total.max(1e-6);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ray_meets_a_ball_where_it_should() {
        let parts = [Part::ball(Organ::Trunk, vec3(0.0, 0.0, 5.0), 1.0, 0.0)];
        let bounds = [parts[0].bounds()];
        let mut near = Near::default();
        let mut meet = |along: Vec3| meet(&parts, &bounds, Vec3::ZERO, along.unit(), &mut near, 1e-4);
        assert!((meet(vec3(0.0, 0.0, 1.0)).unwrap() - 4.0).abs() < 0.01);
        assert!(meet(vec3(1.0, 0.0, 1.0)).is_none());
    }

    #[test]
    fn what_is_skipped_by_its_ball_was_farther() {
        let parts = [
            Part::ball(Organ::Trunk, Vec3::ZERO, 0.5, 0.0),
            Part::block(Organ::Panel, vec3(3.0, 0.0, 0.0), vec3(1.0, 0.2, 0.2), 0.05),
            Part::wheel(Organ::Tyre, vec3(0.0, 2.0, 0.0), 0.4, 0.1),
        ];
        let bounds = parts.map(|part| part.bounds());
        for p in [vec3(1.4, 0.0, 0.0), vec3(0.0, 1.2, 0.0), vec3(5.0, 1.0, -2.0), vec3(0.1, 0.1, 0.0)] {
            let all = parts.iter().map(|part| part.distance(p)).fold(f32::INFINITY, f32::min);
            assert!((distance_to_all(&parts, &bounds, p) - all).abs() < 1e-5);
        }
    }
}
