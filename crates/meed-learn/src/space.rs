//! Where a parameter may lie, and the free numbers it is made from.

/// Where the values of a parameter may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Between two bounds, each of which may be infinite.
    Between {
        /// The least value.
        low: f64,
        /// The greatest value.
        high: f64,
    },
    /// Not below 0, with sum 1.
    Simplex,
}

/// How near to a bound a start may lie, as a share of the range or of 1.
const MARGIN: f64 = 1e-3;

impl Range {
    /// Any number.
    pub const FREE: Range = Range::Between { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// The free numbers that make `values`; what lies outside or on a bound is moved inside first.
    pub(crate) fn free(self, values: &[f64]) -> Vec<f64> {
        match self {
            Range::Simplex => values.iter().map(|x| x.max(1e-9).ln()).collect(),
            Range::Between { low, high } => values.iter().map(|x| unbounded(*x, low, high)).collect(),
        }
    }

    /// The values that free numbers make.
    pub(crate) fn values(self, free: &[f64]) -> Vec<f64> {
        match self {
            Range::Simplex => softmax(free),
            Range::Between { low, high } => free.iter().map(|u| bounded(*u, low, high)).collect(),
        }
    }

    /// From the gradient by the values to the gradient by the free numbers.
    pub(crate) fn pull(self, free: &[f64], gradient: &[f64]) -> Vec<f64> {
        match self {
            Range::Simplex => {
                let p = softmax(free);
                let mean: f64 = p.iter().zip(gradient).map(|(p, g)| p * g).sum();
                p.iter().zip(gradient).map(|(p, g)| p * (g - mean)).collect()
            }
            Range::Between { low, high } => {
                free.iter().zip(gradient).map(|(u, g)| g * slope(*u, low, high)).collect()
            }
        }
    }
}

fn softmax(x: &[f64]) -> Vec<f64> {
    let top = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = x.iter().map(|x| (x - top).exp()).collect();
    let total: f64 = odds.iter().sum();
    odds.into_iter().map(|o| o / total).collect()
}

fn sigmoid(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}

fn softplus(u: f64) -> f64 {
    u.max(0.0) + (-u.abs()).exp().ln_1p()
}

/// `u` squeezed between the bounds: by a softplus where there is one, a sigmoid where there are two.
fn bounded(u: f64, low: f64, high: f64) -> f64 {
    match (low.is_finite(), high.is_finite()) {
        (false, false) => u,
        (true, false) => low + softplus(u),
        (false, true) => high - softplus(-u),
        (true, true) => low + (high - low) * sigmoid(u),
    }
}

fn slope(u: f64, low: f64, high: f64) -> f64 {
    match (low.is_finite(), high.is_finite()) {
        (false, false) => 1.0,
        (true, false) => sigmoid(u),
        (false, true) => sigmoid(-u),
        (true, true) => (high - low) * sigmoid(u) * sigmoid(-u),
    }
}

fn unbounded(x: f64, low: f64, high: f64) -> f64 {
    let soft = |d: f64| {
        let d = d.max(MARGIN);
        // The inverse of softplus.
        d + (-(-d).exp_m1()).ln()
    };
    match (low.is_finite(), high.is_finite()) {
        (false, false) => x,
        (true, false) => soft(x - low),
        (false, true) => -soft(high - x),
        (true, true) if high <= low => 0.0,
        (true, true) => {
            let share = ((x - low) / (high - low)).clamp(MARGIN, 1.0 - MARGIN);
            (share / (1.0 - share)).ln()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_and_the_slope_is_the_difference() {
        let inf = f64::INFINITY;
        let between = |low, high| Range::Between { low, high };
        let ranges = [Range::FREE, between(1.0, inf), between(-inf, 4.0), between(1.0, 4.0), Range::Simplex];
        for range in ranges {
            let values = if range == Range::Simplex { [0.2, 0.8] } else { [1.5, 3.25] };
            let free = range.free(&values);
            for (a, b) in range.values(&free).iter().zip(values) {
                assert!((a - b).abs() < 1e-12, "{range:?}");
            }
            let h = 1e-6;
            let moved = |h: f64| range.values(&[free[0] + h, free[1]])[0];
            let slope = range.pull(&free, &[1.0, 0.0])[0];
            assert!((slope - (moved(h) - moved(-h)) / (2.0 * h)).abs() < 1e-8, "{range:?}");
        }
    }
}
