//! A body that stands in a scene.

use crate::body::hair;
use crate::body::layer::Layer;
use crate::body::march::{self, Near};
use crate::body::part::{Organ, Part};
use crate::body::skin::{Coat, Place, Skin};
use crate::camera::Camera;
use crate::light::Shade;
use crate::maths::{self, smoothstep};
use crate::noise;
use crate::random::Random;
use crate::surface::{Matter, Sample};
use crate::vector::{Vec3, vec3};

/// A body in its place.
#[derive(Debug, Clone)]
pub struct Placed {
    parts: Vec<Part>,
    bounds: Vec<(Vec3, f32)>,
    coat: Coat,
    /// Which individual, 0 to 1.
    individual: f32,
    /// Where its feet are.
    pub at: Vec3,
    /// Which way it looks: radians from the right, towards the far side.
    pub turn: f32,
    /// Size beside a grown body of its kind.
    size: f32,
    /// Eyes that throw light back, and how strongly.
    pub shine: f32,
}

/// A rectangle of samples: left, top, right, bottom.
pub type Window = (f32, f32, f32, f32);

impl Placed {
    /// Puts a body somewhere.
    pub fn new(
        parts: Vec<Part>,
        coat: Coat,
        individual: f32,
        at: Vec3,
        turn: f32,
        size: f32,
        shine: f32,
    ) -> Self {
        let parts: Vec<Part> = parts.into_iter().map(|part| part.scaled(size)).collect();
        let bounds = parts.iter().map(Part::bounds).collect();
        Self { parts, bounds, coat, individual, at, turn, size, shine }
    }

    fn to_world(&self, p: Vec3) -> Vec3 {
        p.turned(self.turn) + self.at
    }

    fn to_body(&self, p: Vec3) -> Vec3 {
        (p - self.at).turned(-self.turn)
    }

    /// The window of the view that holds it, hair and all.
    pub fn window(&self, camera: &Camera) -> Option<Window> {
        let mut window: Option<Window> = None;
        for (centre, radius) in &self.bounds {
            let (x, y, depth) = camera.project(self.to_world(*centre))?;
            let r = (radius + 0.05 * self.size) * camera.focal / (depth - radius).max(0.3);
            let (l, t, rr, b) = window.unwrap_or((x, y, x, y));
            window = Some((l.min(x - r), t.min(y - r), rr.max(x + r), b.max(y + r)));
        }
        window
    }

    /// Fills its samples of the layer.
    pub fn draw(&self, camera: &Camera, layer: &mut Layer, owner: u8, seed: u64) {
        let Some((l, t, r, b)) = self.window(camera) else { return };
        let columns = l.max(layer.left as f32) as usize..(r.max(0.0) as usize).min(layer.left + layer.width);
        let rows = t.max(layer.top as f32) as usize..(b.max(0.0) as usize).min(layer.top + layer.height);
        let origin = self.to_body(camera.position());
        let fine = 0.45 / camera.focal;
        let (mut near, mut shares) = (Near::default(), Vec::new());
        let mut random = Random::for_purpose(seed, 41 + u64::from(owner));
        for y in rows {
            for x in columns.clone() {
                let along =
                    (camera.at(x as f32 + 0.5, y as f32 + 0.5, 1.0) - camera.position()).turned(-self.turn);
                let stretch = along.length();
                let along = along / stretch;
                let Some(t) = march::meet(&self.parts, &self.bounds, origin, along, &mut near, fine) else {
                    continue;
                };
                let p = origin + along * t;
                let normal = march::normal(&self.parts, &near, p, (fine * t * 1.5).max(0.0012));
                march::shares(&self.parts, &near, p, &mut shares);
                let (skin, flow) = self.skin(p, &shares);
                let depth = t / stretch;
                let (ruffled, grain) = self.ruffle(p, normal, flow, &skin);
                let open = self.open(p, normal);
                let paint = skin.paint.scaled(grain);
                let sample = Sample::new(depth, paint, ruffled.turned(self.turn), open, skin.matter);
                layer.put(x, y, sample, owner);
                let length = skin.hair * self.size;
                let pixels = length * camera.focal / depth;
                if pixels > 1.5 && random.unit() < (3.2 / pixels).min(0.5) {
                    let strand = hair::Strand { root: p, normal, flow, length, paint: skin.paint, open };
                    strand.draw(camera, |q| self.to_world(q), self.turn, layer, owner, &mut random);
                }
            }
        }
    }

    fn skin(&self, p: Vec3, shares: &[(u32, f32)]) -> (Skin, Vec3) {
        let mut flow = Vec3::ZERO;
        let mut mixed: Option<Skin> = None;
        let (mut total, mut most) = (0.0, 0.0);
        for &(index, share) in shares {
            let part = &self.parts[index as usize];
            let (along, above, beside) = part.place(p);
            let skin = (self.coat)(
                &Place { organ: part.organ, p: p / self.size, along, above, beside },
                self.individual,
            );
            flow += part.flow() * share;
            total += share;
            mixed = Some(match mixed {
                None => {
                    most = share;
                    skin
                }
                Some(so_far) => {
                    let matter = if share > most { skin.matter } else { so_far.matter };
                    most = most.max(share);
                    let t = share / total;
                    Skin {
                        paint: so_far.paint.mix(skin.paint, t),
                        matter,
                        hair: maths::mix(so_far.hair, skin.hair, t),
                    }
                }
            });
        }
        let flow = (flow - Vec3::UP * 0.35).unit();
        (mixed.unwrap_or(Skin::plain(crate::surface::Paint::new(0.5, 0.5, 0.5, 0.5))), flow)
    }

    /// Hair too short to be drawn strand by strand: it unsettles the normal and the brightness.
    fn ruffle(&self, p: Vec3, normal: Vec3, flow: Vec3, skin: &Skin) -> (Vec3, f32) {
        if skin.matter != Matter::Fur {
            return (normal, 1.0);
        }
        let q = (p - flow * (p.dot(flow) * 0.8)) * (95.0 / self.size);
        let a = noise::field(q) - 0.5;
        let b = noise::field(q * 1.3 + vec3(31.0, 7.0, 3.0)) - 0.5;
        let tuft = noise::cloud(p * (17.0 / self.size) + flow, 2) - 0.5;
        let side = normal.cross(flow);
        (
            (normal + side * (a * 0.5 + tuft * 0.3) + flow * (b * 0.35)).unit(),
            1.0 + (a + b) * 0.35 + tuft * 0.35,
        )
    }

    /// How much sky reaches a place of the body: less below and between the legs.
    fn open(&self, p: Vec3, normal: Vec3) -> f32 {
        let reach = 0.10 * self.size;
        let out = march::distance_to_all(&self.parts, &self.bounds, p + normal * reach) / reach;
        let far =
            march::distance_to_all(&self.parts, &self.bounds, p + normal * (reach * 3.0)) / (reach * 3.0);
        let ground = smoothstep(-0.05, 0.5 * self.size, p.y + normal.y * 0.3);
        (0.25 + 0.75 * out.clamp(0.0, 1.0)) * (0.45 + 0.55 * far.clamp(0.0, 1.0)) * (0.55 + 0.45 * ground)
    }

    /// What it takes away of the light at a point of the scene. `light` is the direction towards the light.
    pub fn shade(&self, world: Vec3, light: Vec3, soft: f32) -> Shade {
        let p = self.to_body(world);
        let nearest = march::distance_to_all(&self.parts, &self.bounds, p + Vec3::UP * 0.02);
        let reach = 0.30 * self.size;
        let sky = 0.30 + 0.70 * smoothstep(-0.01, reach, nearest);
        let along = light.turned(-self.turn);
        let (mut t, mut direct) = (0.03f32, 1.0f32);
        if soft > 0.0 {
            for _ in 0..18 {
                let d = march::distance_to_all(&self.parts, &self.bounds, p + along * t);
                direct = direct.min(d / (soft * t));
                if direct < 0.02 || t > 6.0 {
                    break;
                }
                t += d.max(0.03);
            }
        }
        Shade { direct: direct.clamp(0.0, 1.0), sky }
    }

    /// Could it shade the point at all?
    pub fn may_shade(&self, world: Vec3, light: Vec3) -> bool {
        let p = self.to_body(world);
        let along = light.turned(-self.turn);
        let reach = 1.9 * self.size.max(0.6);
        let to = vec3(0.0, 0.5 * self.size, 0.0) - p;
        let t = to.dot(along).max(0.0);
        (to - along * t).length() < reach || to.length() < reach
    }

    /// Its eyes in the world, with their radius.
    pub fn eyes(&self) -> impl Iterator<Item = (Vec3, f32)> {
        self.parts.iter().filter(|part| part.organ == Organ::Eye).map(|part| {
            let (centre, radius) = part.bounds();
            (self.to_world(centre), radius)
        })
    }

    /// Which way it faces in the world.
    pub fn ahead(&self) -> Vec3 {
        vec3(1.0, 0.0, 0.0).turned(self.turn)
    }
}
