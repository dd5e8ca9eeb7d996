// Leading the driver to the door with the map he has (导航): links only, in their https form, which is no dead tap when
// the app is missing. The screens say once that the address leaves our system. Coordinates are told with their datum.

import type { Place } from "./documents";

export type MapApp = "amap" | "baidu" | "other";

const SOURCE = "doorstep";
const COORDINATE = { "WGS-84": "wgs84", "GCJ-02": "gaode", "BD-09": "bd09" } as const;
const COORD_TYPE = { "WGS-84": "wgs84", "GCJ-02": "gcj02", "BD-09": "bd09ll" } as const;

/** What lies there: a point, or only an address to be searched for. name is no person's name. */
export interface Destination {
  place: Place | null;
  address: string;
}

/** Return the link that leads to a place in one of the map apps; by address when there is no point to trust. */
export function directions(app: MapApp, { place, address }: Destination): string {
  const at = place && place.caution !== "centroid" ? place : null;
  const name = encodeURIComponent(address);
  if (app === "amap") {
    if (!at || at.datum === "BD-09") return `https://uri.amap.com/search?keyword=${name}&callnative=1&src=${SOURCE}`;
    const query = `to=${at.lon},${at.lat},${name}&mode=car&coordinate=${COORDINATE[at.datum]}&callnative=1&src=${SOURCE}`;
    return `https://uri.amap.com/navigation?${query}`;
  }
  if (app === "baidu") {
    const to = at ? `latlng:${at.lat},${at.lon}|name:${address}` : address;
    const query = `destination=${encodeURIComponent(to)}&coord_type=${at ? COORD_TYPE[at.datum] : "wgs84"}&mode=driving&output=html&src=${SOURCE}`;
    return `https://api.map.baidu.com/direction?${query}`;
  }
  return at && at.datum === "WGS-84" ? `geo:${at.lat},${at.lon}?q=${at.lat},${at.lon}` : `geo:0,0?q=${name}`;
}
