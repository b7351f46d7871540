//! Pictures of recipes: an output over one input, as SVG.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use meed_algebra::{Axis, Batch, Column, State};
use meed_spec::page::{Curves, Page};
use meed_spec::{Spec, SpecFile, Want};
use plotters::prelude::*;

const POINTS: usize = 241;
const SIZE: (u32, u32) = (640, 320);
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 90, 156), RGBColor(204, 85, 0), RGBColor(0, 128, 96), RGBColor(128, 0, 96)];

/// A curve: what its columns are, and its points. Absent values break it.
struct Curve {
    label: String,
    points: Vec<(f64, f64)>,
}

/// The picture of a recipe.
pub fn svg(page: &Page, curves: &Curves) -> Result<String> {
    let drawn = draw(page, curves)?;
    let ys = drawn.iter().flat_map(|c| &c.points).map(|p| p.1).filter(|y| y.is_finite());
    let (low, high) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    if low > high {
        bail!("the picture of `{}` has no point: `{}` is absent everywhere", page.id, curves.y);
    }
    let margin = if high > low { 0.06 * (high - low) } else { 0.5 };
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let failed = |e: &dyn std::fmt::Display| anyhow!("drawing `{}`: {e}", page.id);
        let range = (curves.range.0..curves.range.1, low - margin..high + margin);
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            // Half of the last number beside the axis.
            .margin_right(28)
            .x_label_area_size(36)
            .y_label_area_size(56)
            .build_cartesian_2d(range.0, range.1)
            .map_err(|e| failed(&e))?;
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(curves.x.as_str()).y_desc(curves.y.as_str()).light_line_style(WHITE);
        mesh.x_label_formatter(&tick).y_label_formatter(&tick);
        mesh.draw().map_err(|e| failed(&e))?;
        for (i, curve) in drawn.iter().enumerate() {
            let colour = COLOURS[i % COLOURS.len()];
            let runs = curve.points.split(|p| !p.1.is_finite()).filter(|run| !run.is_empty());
            for (k, run) in runs.enumerate() {
                let line = LineSeries::new(run.iter().copied(), colour.stroke_width(2));
                let series = chart.draw_series(line).map_err(|e| failed(&e))?;
                if k == 0 && !curve.label.is_empty() {
                    let sample =
                        move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2));
                    series.label(&curve.label).legend(sample);
                }
            }
        }
        if drawn.len() > 1 {
            let mut legend = chart.configure_series_labels();
            legend.position(free_place(&drawn, curves.range, (low - margin, high + margin)));
            legend.background_style(WHITE.mix(0.8)).border_style(BLACK.mix(0.3));
            legend.draw().map_err(|e| failed(&e))?;
        }
        area.present().map_err(|e| failed(&e))?;
    }
    Ok(text)
}

/// Where the legend hides the least of the curves.
fn free_place(drawn: &[Curve], (left, right): (f64, f64), (low, high): (f64, f64)) -> SeriesLabelPosition {
    use SeriesLabelPosition::*;
    // Its width and height, as shares of the picture.
    let size = (0.25, 0.1 + 0.08 * drawn.len() as f64);
    let places = [
        (UpperRight, 1.0, 1.0),
        (MiddleRight, 1.0, 0.5),
        (LowerRight, 1.0, 0.0),
        (UpperMiddle, 0.5, 1.0),
        (LowerMiddle, 0.5, 0.0),
        (UpperLeft, 0.0, 1.0),
        (MiddleLeft, 0.0, 0.5),
        (LowerLeft, 0.0, 0.0),
    ];
    let hidden = |x: f64, y: f64| {
        let within = |at: f64, place: f64, size: f64| {
            let begin = place * (1.0 - size);
            (begin..=begin + size).contains(&at)
        };
        let points = drawn.iter().flat_map(|c| &c.points).filter(|p| p.1.is_finite());
        let inside = |p: &&(f64, f64)| {
            within((p.0 - left) / (right - left), x, size.0) && within((p.1 - low) / (high - low), y, size.1)
        };
        points.filter(inside).count()
    };
    let [first, ..] = &places;
    let best = places.iter().min_by_key(|(_, x, y)| hidden(*x, *y)).unwrap_or(first);
    best.0.clone()
}

/// A number beside an axis, without the digits of rounding; `+ 0.0` takes the sign off zero.
fn tick(value: &f64) -> String {
    ((value * 1e6).round() / 1e6 + 0.0).to_string()
}

/// Evaluates the recipe once for all curves: every point is a group of one rollout.
fn draw(page: &Page, curves: &Curves) -> Result<Vec<Curve>> {
    let settings = combinations(&curves.with);
    let n = settings.len() * POINTS;
    let mut batch = Batch::new(std::iter::repeat_n(1, n));
    // As at the beginning of training.
    (batch.step, batch.total_steps) = (0, Some(1));
    let (from, to) = curves.range;
    let x = |i: usize| from + (to - from) * (i % POINTS) as f64 / (POINTS - 1) as f64;
    batch.add_column(&curves.x, Column::numbers(Axis::ROLLOUT, (0..n).map(x).collect()))?;
    for (k, (name, _)) in curves.with.iter().enumerate() {
        let values = (0..n).map(|i| settings[i / POINTS][k]).collect();
        batch.add_column(name, Column::numbers(Axis::ROLLOUT, values))?;
    }
    let file = SpecFile::open(&format!("@recipes//{}.star", page.id))?;
    let spec = Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs)?;
    let outputs = spec.plan.evaluate(&batch, &mut State::new(), 0)?;
    let y = outputs.get(&curves.y).and_then(|c| c.as_numbers()).filter(|y| y.len() == n);
    let y =
        y.ok_or_else(|| anyhow!("the picture of `{}` has no output `{}` on rollout", page.id, curves.y))?;
    let varied = |k: &usize| curves.with[*k].1.len() > 1;
    let curve = |(s, setting): (usize, &Vec<f64>)| Curve {
        label: (0..setting.len())
            .filter(varied)
            .map(|k| format!("{} = {}", curves.with[k].0, setting[k]))
            .collect::<Vec<_>>()
            .join(", "),
        points: (0..POINTS).map(|i| (x(i), y[s * POINTS + i])).collect(),
    };
    Ok(settings.iter().enumerate().map(curve).collect())
}

/// Every combination of the columns' values.
fn combinations(with: &[(String, Vec<f64>)]) -> Vec<Vec<f64>> {
    with.iter().fold(vec![Vec::new()], |all, (_, values)| {
        let extended = all.iter().flat_map(|some| values.iter().map(|v| [some.as_slice(), &[*v]].concat()));
        extended.collect()
    })
}
