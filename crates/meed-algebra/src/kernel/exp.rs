//! The exponential function, in plain arithmetic.
//!
//! The system's `exp` differs in the last bit between platforms and is called one value at a time. This one is the
//! same everywhere and compiles to vector instructions; its error is below 1 unit in the last place.

const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts: the high one has trailing zeros, so that `k * LN2_HI` is exact.
const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and subtracting this rounds to an integer (ties to even) for magnitudes below 2^51.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// `e` to the `x`; 0 and infinity where the result leaves the range of numbers; NaN stays NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let bounded = x.clamp(-750.0, 720.0);
    let shifted = bounded * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (bounded - k * LN2_HI) - k * LN2_LO;
    // exp(r) on |r| <= ln2/2 by its Taylor polynomial, highest power first; the remainder is below 2^-57.
    let mut p = 1.0 / 6_227_020_800.0;
    for c in [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ] {
        p = p * r + c;
    }
    let p = 1.0 + (r + r * r * p);
    // 2^k in two factors, so that results below the normal range still come out.
    let k = (shifted.to_bits() as i64) << 12 >> 12;
    let k = k - ((ROUND.to_bits() as i64) << 12 >> 12);
    let half = k >> 1;
    let power = |n: i64| f64::from_bits(((n + 1023) as u64) << 52);
    let y = p * power(half) * power(k - half);
    if x.is_nan() { x } else { y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_one_unit_of_the_system() {
        let mut x = -745.0;
        while x < 709.7 {
            let (ours, theirs) = (exp(x), x.exp());
            let distance = (ours.to_bits() as i64 - theirs.to_bits() as i64).abs();
            assert!(distance <= 2, "exp({x}) = {ours:e}, system {theirs:e}");
            x += 0.0137;
        }
    }

    #[test]
    fn the_ends_and_the_middle() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(-1e300), 0.0);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(710.0), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan());
    }
}
