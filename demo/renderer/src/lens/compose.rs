//! Puts bodies into a view: their light, their shadows, what stands before them, the blur of their haste.

use crate::backdrop::{Backdrop, bounded};
use crate::body::layer::Layer;
use crate::body::placed::Placed;
use crate::light::{Light, Shade};
use crate::picture::Picture;
use crate::vector::Vec3;

/// What of a body can be seen: its box in shares of the photo's sides, and how much of it is hidden.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Left, top, width, height, 0 to 1.
    pub bbox: [f32; 4],
    /// Visible samples.
    pub samples: usize,
    /// Share of the body inside the view that nothing hides, 0 to 1.
    pub visible: f32,
}

/// A photo with bodies in it.
pub struct Composed {
    /// The light.
    pub picture: Picture,
    /// What is seen of each body; `None` for one that is out of sight.
    pub seen: Vec<Option<Seen>>,
}

/// Photographs `bodies` before `backdrop`. `blur` is the streak of motion in pixels.
pub fn compose(backdrop: &Backdrop, bodies: &[Placed], blur: f32, seed: u64) -> Composed {
    let mut picture = backdrop.picture.clone();
    let Some(layer) = draw(backdrop, bodies, seed) else {
        return Composed { picture, seen: vec![None; bodies.len()] };
    };
    let flash = backdrop.light.is_flash();
    let soft = match &backdrop.light {
        Light::Day(day) if day.direct.luma() > 0.0 => 0.07,
        Light::Day(_) => 0.0,
        Light::Flash(_) => 0.03,
    };
    let (left, top, width, height) = region(backdrop, bodies, &layer);
    let mut front = vec![(Vec3::ZERO, 0.0f32); width * height];
    let share = 1.0 / (backdrop.fine * backdrop.fine) as f32;
    for y in 0..height {
        for x in 0..width {
            let (px, py) = (left + x, top + y);
            let shade = ground_shade(backdrop, bodies, (px, py), soft);
            if (shade.direct < 0.995 || shade.sky < 0.995)
                && let Some(pixel) = picture.at(px as isize, py as isize)
            {
                *pixel = backdrop.pixel(px, py, shade);
            }
            let (mut colour, mut cover) = (Vec3::ZERO, 0.0);
            let mut own_shade = None;
            for (sx, sy) in backdrop.samples(px, py) {
                let Some(index) = layer.index(sx, sy) else { continue };
                let sample = &layer.samples[index];
                if sample.depth >= backdrop.surface.depth(sx, sy) {
                    continue;
                }
                let shade = *own_shade.get_or_insert_with(|| {
                    let world = backdrop.camera.at(sx as f32 + 0.5, sy as f32 + 0.5, sample.depth);
                    let own = layer.owner[index] as usize;
                    if flash { Shade::NONE } else { shade_of(backdrop, bodies, Some(own), world, soft) }
                });
                let lit = backdrop.light.shade(
                    sample,
                    &backdrop.camera,
                    (sx, sy),
                    backdrop.shadows.as_ref(),
                    shade,
                );
                colour += bounded(lit);
                cover += share;
            }
            front[y * width + x] = (colour * share, cover);
        }
    }
    if blur > 0.6 {
        streak(&mut front, width, height, blur);
    }
    for y in 0..height {
        for x in 0..width {
            let (colour, cover) = front[y * width + x];
            if cover > 0.0
                && let Some(pixel) = picture.at((left + x) as isize, (top + y) as isize)
            {
                *pixel = *pixel * (1.0 - cover) + colour;
            }
        }
    }
    let seen = (0..bodies.len()).map(|owner| seen(backdrop, &layer, owner)).collect();
    if flash {
        eyes(backdrop, bodies, &layer, &mut picture);
    }
    Composed { picture, seen }
}

fn draw(backdrop: &Backdrop, bodies: &[Placed], seed: u64) -> Option<Layer> {
    let camera = &backdrop.camera;
    let mut all: Option<(f32, f32, f32, f32)> = None;
    for body in bodies {
        let Some((l, t, r, b)) = body.window(camera) else { continue };
        let (al, at, ar, ab) = all.unwrap_or((l, t, r, b));
        all = Some((al.min(l), at.min(t), ar.max(r), ab.max(b)));
    }
    let (l, t, r, b) = all?;
    let fit = |v: f32, size: usize| v.clamp(0.0, size as f32) as usize;
    let (left, top) = (fit(l, backdrop.surface.width), fit(t, backdrop.surface.height));
    let (right, bottom) = (fit(r + 1.0, backdrop.surface.width), fit(b + 1.0, backdrop.surface.height));
    if right <= left || bottom <= top {
        return None;
    }
    let mut layer = Layer::new(left, top, right - left, bottom - top);
    for (owner, body) in bodies.iter().enumerate() {
        body.draw(camera, &mut layer, owner as u8, seed);
    }
    Some(layer)
}

/// How bodies shade what lies behind a pixel.
fn ground_shade(backdrop: &Backdrop, bodies: &[Placed], (px, py): (usize, usize), soft: f32) -> Shade {
    let (sx, sy) = (px * backdrop.fine, py * backdrop.fine);
    let depth = backdrop.surface.depth(sx, sy);
    if !depth.is_finite() {
        return Shade::NONE;
    }
    shade_of(backdrop, bodies, None, backdrop.camera.at(sx as f32 + 0.5, sy as f32 + 0.5, depth), soft)
}

/// The pixels that bodies may change: theirs, and those their shadows may fall on.
fn region(backdrop: &Backdrop, bodies: &[Placed], layer: &Layer) -> (usize, usize, usize, usize) {
    let camera = &backdrop.camera;
    let (mut l, mut t) = (layer.left as f32, layer.top as f32);
    let (mut r, mut b) = (l + layer.width as f32, t + layer.height as f32);
    for body in bodies {
        let light = backdrop.light.direction(body.at, camera);
        let reach = 1.2f32;
        // The shadow's end on level ground, not farther than a few metres.
        let cast = Vec3 { x: -light.x, y: 0.0, z: -light.z } * (1.6 / light.y.max(0.3)).min(3.0);
        for (dx, dz) in [(-reach, -0.6), (reach, -0.6), (-reach, 0.8), (reach, 0.8)] {
            for end in [Vec3::ZERO, cast] {
                let p = body.at + end + Vec3 { x: dx, y: 0.0, z: dz };
                if let Some((x, y, _)) = camera.project(Vec3 { z: p.z.max(0.9), ..p }) {
                    (l, t, r, b) = (l.min(x), t.min(y), r.max(x), b.max(y));
                }
            }
        }
    }
    let (width, height) = (backdrop.picture.width, backdrop.picture.height);
    let fit = |v: f32, size: usize| (v / backdrop.fine as f32).clamp(0.0, size as f32) as usize;
    let (left, top) = (fit(l - 2.0, width), fit(t - 2.0, height));
    let (right, bottom) = (fit(r + 4.0, width), fit(b + 4.0, height));
    (left, top, right - left, bottom - top)
}

fn shade_of(backdrop: &Backdrop, bodies: &[Placed], own: Option<usize>, world: Vec3, soft: f32) -> Shade {
    let mut all = Shade::NONE;
    for (index, body) in bodies.iter().enumerate() {
        let light = backdrop.light.direction(world, &backdrop.camera);
        if !body.may_shade(world, light) {
            continue;
        }
        let shade = body.shade(world, light, soft);
        all.direct = all.direct.min(shade.direct);
        if own != Some(index) {
            all.sky *= shade.sky;
        }
    }
    all
}

/// Smears what moves along the row.
fn streak(front: &mut [(Vec3, f32)], width: usize, height: usize, length: f32) {
    let reach = (length * 0.5).ceil() as isize;
    for y in 0..height {
        let row: Vec<(Vec3, f32)> = front[y * width..(y + 1) * width].to_vec();
        for x in 0..width {
            let (mut colour, mut cover, mut count) = (Vec3::ZERO, 0.0, 0.0);
            for k in -reach..=reach {
                let at = x as isize + k;
                count += 1.0;
                if at >= 0 && (at as usize) < width {
                    let (c, a) = row[at as usize];
                    colour += c;
                    cover += a;
                }
            }
            front[y * width + x] = (colour / count, cover / count);
        }
    }
}

fn seen(backdrop: &Backdrop, layer: &Layer, owner: usize) -> Option<Seen> {
    let (mut l, mut t, mut r, mut b) = (usize::MAX, usize::MAX, 0, 0);
    let (mut samples, mut all) = (0usize, 0usize);
    for y in 0..layer.height {
        for x in 0..layer.width {
            let index = y * layer.width + x;
            let sample = &layer.samples[index];
            if layer.owner[index] as usize != owner || !sample.depth.is_finite() {
                continue;
            }
            all += 1;
            let (sx, sy) = (layer.left + x, layer.top + y);
            if sample.depth < backdrop.surface.depth(sx, sy) {
                samples += 1;
                (l, t, r, b) = (l.min(sx), t.min(sy), r.max(sx + 1), b.max(sy + 1));
            }
        }
    }
    if samples == 0 {
        return None;
    }
    let (width, height) = (backdrop.surface.width as f32, backdrop.surface.height as f32);
    let bbox = [l as f32 / width, t as f32 / height, (r - l) as f32 / width, (b - t) as f32 / height];
    Some(Seen { bbox, samples, visible: samples as f32 / all as f32 })
}

/// Eyes throw the flash back.
fn eyes(backdrop: &Backdrop, bodies: &[Placed], layer: &Layer, picture: &mut Picture) {
    for body in bodies.iter().filter(|body| body.shine > 0.0) {
        for (eye, radius) in body.eyes() {
            let Some((x, y, depth)) = backdrop.camera.project(eye) else { continue };
            let (sx, sy) = (x as usize, y as usize);
            let Some(index) = layer.index(sx, sy) else { continue };
            let hidden = layer.samples[index].depth < depth - radius * 3.0
                || backdrop.surface.depth(sx, sy) < depth - radius;
            if hidden {
                continue;
            }
            let r = (radius * backdrop.camera.focal / depth / backdrop.fine as f32 * 1.15).max(0.8);
            let strength = body.shine * 3.2;
            let reach = (r * 3.5).ceil() as isize;
            let (cx, cy) = (x / backdrop.fine as f32, y / backdrop.fine as f32);
            for dy in -reach..=reach {
                for dx in -reach..=reach {
                    let (px, py) = (cx as isize + dx, cy as isize + dy);
                    let d = ((px as f32 + 0.5 - cx) * (px as f32 + 0.5 - cx)
                        + (py as f32 + 0.5 - cy) * (py as f32 + 0.5 - cy))
                        .sqrt()
                        / r;
                    let glow = if d < 1.0 { 1.0 } else { 0.10 / (d * d * d) };
                    if let Some(pixel) = picture.at(px, py) {
                        *pixel += Vec3::grey(strength * glow);
                    }
                }
            }
        }
    }
}
