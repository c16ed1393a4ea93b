//! Distances on the globe.

/// The earth's mean radius in miles.
const RADIUS: f64 = 3958.8;

/// Miles between two points in degrees north and east, by the haversine formula.
pub(crate) fn miles(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (north_a, north_b) = (a.0.to_radians(), b.0.to_radians());
    let (north, east) = ((north_b - north_a) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let square = north.sin().powi(2) + north_a.cos() * north_b.cos() * east.sin().powi(2);
    2.0 * RADIUS * square.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    #[test]
    fn san_francisco_to_los_angeles() {
        let miles = super::miles((37.7749, -122.4194), (34.0522, -118.2437));
        assert!((345.0..350.0).contains(&miles), "{miles}");
    }
}
