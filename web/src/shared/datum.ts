// WGS-84 into the datums of Chinese maps, for links to a navigation app, and back, for the console's map.
// Twin of server/planning/datum.py, for places of the mainland.
// Source: the shift is published only as open-source code; the constants are the same everywhere.

const AXIS_M = 6378245;
const ECCENTRICITY_SQUARED = 0.00669342162296594323;
const MOST_ROUNDS = 20;
const SETTLED_DEG = 1e-10;
const SWIRL = (Math.PI * 3000) / 180;

/** A place in degrees, longitude first. */
export type Degrees = readonly [lon: number, lat: number];

/** Return a place of the mainland in GCJ-02. */
export function gcj02FromWgs84([lon, lat]: Degrees): Degrees {
  const [x, y] = [lon - 105, lat - 35];
  const waves = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  const sines = (value: number, parts: [number, number][]) =>
    parts.reduce((sum, [size, period]) => sum + size * Math.sin(value * Math.PI / period), 0) * (2 / 3);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + waves +
    sines(y, [[20, 1], [40, 3]]) + sines(y, [[160, 12], [320, 30]]);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + waves +
    sines(x, [[20, 1], [40, 3]]) + sines(x, [[150, 12], [300, 30]]);
  const magic = 1 - ECCENTRICITY_SQUARED * Math.sin((lat / 180) * Math.PI) ** 2;
  const root = Math.sqrt(magic);
  return [
    lon + (east * 180) / ((AXIS_M / root) * Math.cos((lat / 180) * Math.PI) * Math.PI),
    lat + (north * 180) / (((AXIS_M * (1 - ECCENTRICITY_SQUARED)) / (magic * root)) * Math.PI),
  ];
}

/** Return a GCJ-02 place in BD-09. */
export function bd09FromGcj02([lon, lat]: Degrees): Degrees {
  const radius = Math.hypot(lon, lat) + 0.00002 * Math.sin(lat * SWIRL);
  const angle = Math.atan2(lat, lon) + 0.000003 * Math.cos(lon * SWIRL);
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006];
}

/** Return the place that `shift` moves to `to`: walk back by the error until it is gone. */
function undo(shift: (place: Degrees) => Degrees, to: Degrees): Degrees {
  let guess = to;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const [lon, lat] = shift(guess);
    guess = [guess[0] - (lon - to[0]), guess[1] - (lat - to[1])];
    if (Math.abs(lon - to[0]) < SETTLED_DEG && Math.abs(lat - to[1]) < SETTLED_DEG) break;
  }
  return guess;
}

/** Return a place of the mainland in WGS-84; a datum this app does not know keeps its figures. */
export function wgs84From(place: Degrees, datum: string): Degrees {
  if (datum === "GCJ-02") return undo(gcj02FromWgs84, place);
  return datum === "BD-09" ? undo(gcj02FromWgs84, undo(bd09FromGcj02, place)) : place;
}
