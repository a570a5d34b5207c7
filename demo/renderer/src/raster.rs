//! Draws ribbons and leaves into whatever looks at them: the camera, or the sun for its shadow map.

use crate::camera::Camera;
use crate::scenery::prim::{Form, Prim};
use crate::vector::Vec3;

/// A view that looks along parallel lines, as the sun does.
#[derive(Debug, Clone, Copy)]
pub struct Parallel {
    /// Unit vector across.
    pub right: Vec3,
    /// Unit vector down the map.
    pub down: Vec3,
    /// Unit vector towards the light.
    pub towards: Vec3,
    /// The point in the middle of the map.
    pub centre: Vec3,
    /// Texels a metre.
    pub scale: f32,
    /// Texels a side.
    pub side: usize,
}

/// Who looks.
#[derive(Debug, Clone, Copy)]
pub enum View {
    /// The photo.
    Camera(Camera),
    /// The shadow map.
    Sun(Parallel),
}

/// A point on the map.
#[derive(Debug, Clone, Copy)]
struct Spot {
    x: f32,
    y: f32,
    depth: f32,
    /// Samples a metre there.
    scale: f32,
}

impl View {
    fn project(&self, p: Vec3) -> Option<Spot> {
        match self {
            Self::Camera(camera) => {
                let (x, y, depth) = camera.project(p)?;
                Some(Spot { x, y, depth, scale: camera.focal / depth })
            }
            Self::Sun(sun) => {
                let q = p - sun.centre;
                let half = sun.side as f32 * 0.5;
                Some(Spot {
                    x: half + q.dot(sun.right) * sun.scale,
                    y: half + q.dot(sun.down) * sun.scale,
                    depth: 100.0 - q.dot(sun.towards),
                    scale: sun.scale,
                })
            }
        }
    }

    fn size(&self) -> (usize, usize) {
        match self {
            Self::Camera(camera) => (camera.width as usize, camera.height as usize),
            Self::Sun(sun) => (sun.side, sun.side),
        }
    }
}

/// What a drawn sample knows: where it is on the map and on its primitive.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// Depth in the view.
    pub depth: f32,
    /// Across the primitive, -1 to 1.
    pub across: f32,
    /// Along the primitive: 0 to 1 of a ribbon, -1 to 1 of a leaf.
    pub along: f32,
}

/// Calls `put` for every sample of the primitive.
pub fn draw(view: &View, prim: &Prim, put: &mut impl FnMut(Dot)) {
    match prim.form {
        Form::Ribbon { a, b, ra, rb } => {
            if let (Some(p), Some(q)) = (view.project(a), view.project(b)) {
                ribbon(view.size(), (p, ra * p.scale), (q, rb * q.scale), put);
            }
        }
        Form::Leaf { at, u, v } => leaf(view, at, u, v, put),
    }
}

/// Whole samples from `low` to `high` inside 0..size.
fn span(low: f32, high: f32, size: usize) -> std::ops::Range<usize> {
    let clamp = |v: f32| v.clamp(0.0, size as f32) as usize;
    clamp(low.floor())..clamp(high.ceil() + 1.0)
}

fn ribbon(size: (usize, usize), (p, rp): (Spot, f32), (q, rq): (Spot, f32), put: &mut impl FnMut(Dot)) {
    let (rp, rq) = (rp.max(0.45), rq.max(0.45));
    let r = rp.max(rq);
    if r > size.0 as f32 {
        return;
    }
    let (dx, dy) = (q.x - p.x, q.y - p.y);
    let length = (dx * dx + dy * dy).sqrt().max(0.5);
    let (ex, ey) = (dx / length, dy / length);
    for y in span(p.y.min(q.y) - r, p.y.max(q.y) + r, size.1) {
        let cy = y as f32 + 0.5 - p.y;
        // A row meets the strip in a short stretch: long slanted ribbons would else cost their whole rectangle.
        let (mut low, mut high) = (p.x.min(q.x) - r, p.x.max(q.x) + r);
        if ey.abs() > 0.2 {
            let middle = p.x + cy * ex / ey;
            let reach = r / ey.abs() + 1.0;
            (low, high) = (low.max(middle - reach), high.min(middle + reach));
        }
        if high < low {
            continue;
        }
        for x in span(low, high, size.0) {
            let cx = x as f32 + 0.5 - p.x;
            let along = (cx * ex + cy * ey) / length;
            if !(-0.02..=1.02).contains(&along) {
                continue;
            }
            let along = along.clamp(0.0, 1.0);
            let across = (cy * ex - cx * ey) / (rp + (rq - rp) * along);
            if across.abs() <= 1.0 {
                let depth = 1.0 / (1.0 / p.depth + (1.0 / q.depth - 1.0 / p.depth) * along);
                put(Dot { x, y, depth, across, along });
            }
        }
    }
}

fn leaf(view: &View, at: Vec3, u: Vec3, v: Vec3, put: &mut impl FnMut(Dot)) {
    let (Some(c), Some(cu), Some(cv)) = (view.project(at), view.project(at + u), view.project(at + v)) else {
        return;
    };
    let size = view.size();
    let (ux, uy, vx, vy) = (cu.x - c.x, cu.y - c.y, cv.x - c.x, cv.y - c.y);
    let (reach_x, reach_y) = (ux.abs() + vx.abs(), uy.abs() + vy.abs());
    if reach_x > size.0 as f32 {
        return;
    }
    let det = ux * vy - uy * vx;
    if det.abs() < 0.6 {
        // Seen on edge, or smaller than a sample: a stroke.
        let thin = (u.length().min(v.length()) * c.scale * 0.4).min(0.6);
        let ends = if u.length() > v.length() { (ux, uy) } else { (vx, vy) };
        let end = |k: f32| Spot { x: c.x + ends.0 * k, y: c.y + ends.1 * k, ..c };
        ribbon(size, (end(-1.0), thin), (end(1.0), thin), put);
        return;
    }
    for y in span(c.y - reach_y, c.y + reach_y, size.1) {
        for x in span(c.x - reach_x, c.x + reach_x, size.0) {
            let (px, py) = (x as f32 + 0.5 - c.x, y as f32 + 0.5 - c.y);
            let along = (px * vy - py * vx) / det;
            let across = (py * ux - px * uy) / det;
            if across.abs() <= 1.0 - along * along {
                let depth = c.depth + along * (cu.depth - c.depth) + across * (cv.depth - c.depth);
                put(Dot { x, y, depth: depth.max(0.05), across, along });
            }
        }
    }
}
