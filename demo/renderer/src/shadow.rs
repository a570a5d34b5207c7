//! What the sun does not reach: a depth map of the scenery as the sun sees it.

use crate::raster::{self, Parallel, View};
use crate::scenery::Scenery;
use crate::vector::{Vec3, vec3};

/// Depths from the sun.
#[derive(Debug, Clone)]
pub struct ShadowMap {
    view: Parallel,
    depths: Vec<f32>,
}

/// Metres that the map spans; what lies outside is lit.
const SPAN: f32 = 26.0;

impl ShadowMap {
    /// The map of `scenery` for light from `towards`, with `side` texels a side.
    pub fn new(scenery: &Scenery, towards: Vec3, side: usize) -> Self {
        let right = towards.cross(Vec3::UP).unit();
        let down = towards.cross(right).unit();
        let centre = vec3(0.0, 1.0, 9.0);
        let view = Parallel { right, down, towards, centre, scale: side as f32 / SPAN, side };
        let mut depths = vec![f32::INFINITY; side * side];
        for prim in &scenery.prims {
            raster::draw(&View::Sun(view), prim, &mut |dot| {
                let at = &mut depths[dot.y * side + dot.x];
                *at = at.min(dot.depth);
            });
        }
        Self { view, depths }
    }

    /// Share of the sunlight that reaches a point, 0 to 1; edges are soft.
    pub fn light(&self, p: Vec3) -> f32 {
        let q = p - self.view.centre;
        let half = self.view.side as f32 * 0.5;
        let x = half + q.dot(self.view.right) * self.view.scale - 0.5;
        let y = half + q.dot(self.view.down) * self.view.scale - 0.5;
        if !(1.0..self.view.side as f32 - 2.0).contains(&x)
            || !(1.0..self.view.side as f32 - 2.0).contains(&y)
        {
            return 1.0;
        }
        let depth = 100.0 - q.dot(self.view.towards) - 0.035;
        let (ix, iy) = (x as usize, y as usize);
        let (fx, fy) = (x - ix as f32, y - iy as f32);
        // Nine taps with the weights of a tent: three by three texels, shifted by the fraction.
        let weights = |f: f32| [(1.0 - f) * 0.5, 0.5, f * 0.5];
        let (wx, wy) = (weights(fx), weights(fy));
        let mut sum = 0.0;
        for (j, wy) in wy.iter().enumerate() {
            for (i, wx) in wx.iter().enumerate() {
                let lit = self.depths[(iy + j - 1) * self.view.side + ix + i - 1] > depth;
                sum += if lit { wx * wy } else { 0.0 };
            }
        }
        sum
    }
}
