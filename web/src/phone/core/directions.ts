// Leading the driver to the door with the map he has (导航): links only, in their https form, which is no dead tap when
// the app is missing. The screens say once that the address leaves our system. Coordinates are turned into the datum of the map, here and nowhere else.

import { gcj02FromWgs84 } from "@shared/datum";
import type { Place } from "./documents";

export type MapApp = "amap" | "baidu" | "other";

const SOURCE = "doorstep";
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
    if (!at) return `https://uri.amap.com/search?keyword=${name}&callnative=1&src=${SOURCE}`;
    return `https://uri.amap.com/navigation?to=${gcj02(at).join(",")},${name}&mode=car&coordinate=gaode&callnative=1&src=${SOURCE}`;
  }
  if (app === "baidu") {
    const to = at ? `latlng:${gcj02(at).reverse().join(",")}|name:${address}` : address;
    return `https://api.map.baidu.com/direction?destination=${encodeURIComponent(to)}&coord_type=gcj02&mode=driving&output=html&src=${SOURCE}`;
  }
  return at ? `geo:${at.lat},${at.lon}?q=${at.lat},${at.lon}` : `geo:0,0?q=${name}`;
}

/** Pulled places are in WGS-84 (docs/records.md); both map apps take GCJ-02. Longitude first, seven decimals. */
const gcj02 = ({ lon, lat }: Place): number[] => gcj02FromWgs84([lon, lat]).map((degrees) => Math.round(degrees * 1e7) / 1e7);
