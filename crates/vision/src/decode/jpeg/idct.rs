//! The inverse DCT of libjpeg-turbo's vector code (the accurate integer one), block by block.
//!
//! libjpeg's portable code gives the same samples for every block an encoder makes. It differs where a damaged
//! or cut file leaves coefficients out of range: the vector code saturates at 16 bits where the portable code
//! wraps. Pillow is built with the vector code, so the last block of a cut photo needs this one.

/// Eight rows of eight, as coefficients (natural order) or on the way to samples.
type Block = [[i16; 8]; 8];

const CONST_BITS: i32 = 13;
const PASS1_BITS: i32 = 2;

/// One block of quantised coefficients to 8 x 8 samples, rows top to bottom.
pub(super) fn samples(coefficients: &[i16; 64], quantisers: &[u16; 64]) -> [[u8; 8]; 8] {
    let mut block: Block = [[0; 8]; 8];
    let rows = coefficients.as_chunks::<8>().0.iter().zip(quantisers.as_chunks::<8>().0);
    for (target, (row, quantisers)) in block.iter_mut().zip(rows) {
        for (value, (coefficient, quantiser)) in target.iter_mut().zip(row.iter().zip(quantisers)) {
            *value = coefficient.wrapping_mul(quantiser.cast_signed());
        }
    }
    let [first, others @ ..] = &block;
    let columns = if others.as_flattened().iter().all(|value| *value == 0) {
        // A shortcut of the vector code that does not saturate.
        [first.map(|value| value.wrapping_shl(PASS1_BITS as u32)); 8]
    } else {
        pass::<{ CONST_BITS - PASS1_BITS }>(&block)
    };
    let rows = pass::<{ CONST_BITS + PASS1_BITS + 3 }>(&transposed(&columns));
    transposed(&rows).map(|row| row.map(|value| (value.clamp(-128, 127) + 128) as u8))
}

fn transposed(block: &Block) -> Block {
    let mut turned = [[0; 8]; 8];
    for (y, row) in block.iter().enumerate() {
        for (line, value) in turned.iter_mut().zip(row) {
            if let Some(cell) = line.get_mut(y) {
                *cell = *value;
            }
        }
    }
    turned
}

/// One dimension of the transform on the eight columns at once; products are scaled down by `2^DESCALE`.
#[expect(clippy::indexing_slicing, reason = "the lane counts to 8, the length of every row")]
fn pass<const DESCALE: i32>(rows: &Block) -> Block {
    let mut out: Block = [[0; 8]; 8];
    for lane in 0..8 {
        let column = rows.map(|row| row[lane]);
        let transformed = one_column::<DESCALE>(column);
        for (row, value) in out.iter_mut().zip(transformed) {
            row[lane] = value;
        }
    }
    out
}

/// The factorisation of Loeffler, Ligtenberg and Moschytz as libjpeg writes it, factors in units of 2^-13.
///
/// Sums before a multiplication wrap at 16 bits, products and their sums are 32 bits wide, the result saturates.
#[inline(always)]
fn one_column<const DESCALE: i32>(c: [i16; 8]) -> [i16; 8] {
    let times = |value: i16, factor: i32| i32::from(value) * factor;

    let even_26 = [
        times(c[2], 4433).wrapping_add(times(c[6], 4433 - 15137)),
        times(c[2], 4433 + 6270).wrapping_add(times(c[6], 4433)),
    ];
    let sum = i32::from(c[0].wrapping_add(c[4])) << CONST_BITS;
    let difference = i32::from(c[0].wrapping_sub(c[4])) << CONST_BITS;
    let even = [
        sum.wrapping_add(even_26[1]),
        difference.wrapping_add(even_26[0]),
        difference.wrapping_sub(even_26[0]),
        sum.wrapping_sub(even_26[1]),
    ];

    let z3 = c[7].wrapping_add(c[3]);
    let z4 = c[5].wrapping_add(c[1]);
    let z3_turned = times(z3, 9633 - 16069).wrapping_add(times(z4, 9633));
    let z4_turned = times(z3, 9633).wrapping_add(times(z4, 9633 - 3196));
    let odd = [
        times(c[7], -7373).wrapping_add(times(c[1], 12299 - 7373)).wrapping_add(z4_turned),
        times(c[5], -20995).wrapping_add(times(c[3], 25172 - 20995)).wrapping_add(z3_turned),
        times(c[5], 16819 - 20995).wrapping_add(times(c[3], -20995)).wrapping_add(z4_turned),
        times(c[7], 2446 - 7373).wrapping_add(times(c[1], -7373)).wrapping_add(z3_turned),
    ];

    let descale = |value: i32| {
        let rounded = value.wrapping_add(1 << (DESCALE - 1)) >> DESCALE;
        rounded.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
    };
    [
        descale(even[0].wrapping_add(odd[0])),
        descale(even[1].wrapping_add(odd[1])),
        descale(even[2].wrapping_add(odd[2])),
        descale(even[3].wrapping_add(odd[3])),
        descale(even[3].wrapping_sub(odd[3])),
        descale(even[2].wrapping_sub(odd[2])),
        descale(even[1].wrapping_sub(odd[1])),
        descale(even[0].wrapping_sub(odd[0])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_block_is_its_mean_and_too_much_saturates() {
        let mut coefficients = [0; 64];
        for (dc, quantiser, expected) in [(0, 16, 128), (10, 8, 138), (500, 16, 255), (-500, 16, 0)] {
            coefficients[0] = dc;
            assert_eq!(samples(&coefficients, &[quantiser; 64]), [[expected; 8]; 8], "{dc} x {quantiser}");
        }
    }

    #[test]
    fn close_to_the_transform_in_floating_point() {
        let mut state = 1_u32;
        for _ in 0..200 {
            let coefficients: [i16; 64] = std::array::from_fn(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 24) as i16 - 128) / (1 + i as i16 / 4)
            });
            let got = samples(&coefficients, &[2; 64]);
            for (y, row) in got.iter().enumerate() {
                for (x, sample) in row.iter().enumerate() {
                    let exact = exact_sample(&coefficients, x, y).clamp(0.0, 255.0);
                    assert!((f64::from(*sample) - exact).abs() <= 1.0, "{sample} is not {exact}");
                }
            }
        }
    }

    fn exact_sample(coefficients: &[i16; 64], x: usize, y: usize) -> f64 {
        let basis = |k: usize, n: usize| {
            let scale = if k == 0 { 0.125_f64.sqrt() } else { 0.5 };
            scale * ((2 * n + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let terms = (0..64).map(|i| f64::from(2 * coefficients[i]) * basis(i % 8, x) * basis(i / 8, y));
        128.0 + terms.sum::<f64>()
    }
}
