// A change of areas on two maps that move together: the grids before and after, the others of the station around them.
const shapes = JSON.parse(document.getElementById("shapes")?.textContent || "null");
const COLOURS = ["#9db8da", "#f2c14e", "#8fc79c", "#d98f8f", "#b9a3d6", "#8ecae6"];
const codes = shapes ? [...new Set([...shapes.before, ...shapes.after].map((one) => one.properties.code))].sort() : [];

function label(feature, layer) {
  layer.bindTooltip(feature.properties.code, { permanent: true, direction: "center", className: "grid-label" });
  const words = document.createElement("div");
  words.textContent = `${feature.properties.code} ${feature.properties.name}`;
  layer.bindPopup(words);
}

function mapOf(id, features) {
  const map = L.map(id, { attributionControl: false, maxZoom: 19, scrollWheelZoom: false, zoomSnap: 0.25 });
  L.geoJSON(shapes.around, { interactive: false, style: { color: "#7b8694", weight: 1, fill: false } }).addTo(map);
  L.geoJSON(features, {
    style: (one) => ({ color: "#12407a", weight: 2, fillColor: COLOURS[codes.indexOf(one.properties.code) % COLOURS.length], fillOpacity: 0.6 }),
    onEachFeature: label,
  }).addTo(map);
  return map;
}

if (shapes && document.getElementById("map-before")) {
  const pair = [mapOf("map-before", shapes.before), mapOf("map-after", shapes.after)];
  const bounds = L.geoJSON([...shapes.before, ...shapes.after]).getBounds().pad(0.1);
  pair.forEach((map) => map.fitBounds(bounds, { animate: false }));
  pair.forEach((map, place) => map.on("moveend", () => {
    const other = pair[1 - place];
    if (other.getZoom() !== map.getZoom() || other.getCenter().distanceTo(map.getCenter()) > 1) {
      other.setView(map.getCenter(), map.getZoom(), { animate: false });
    }
  }));
}
