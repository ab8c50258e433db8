// The grid's boundary and the premises in it; our own shapes only, no tiles from outside.
const shape = JSON.parse(document.getElementById("shape").textContent);
const map = L.map("map", { preferCanvas: true, zoomControl: true, attributionControl: false, maxZoom: 19, scrollWheelZoom: false });
const drawn = L.featureGroup().addTo(map);
if (shape.boundary) {
  L.geoJSON(shape.boundary, { interactive: false, style: { color: "#12407a", weight: 2, fillColor: "#9db8da", fillOpacity: 0.35 } }).addTo(drawn);
}
if (shape.point) {
  L.circleMarker(shape.point, { radius: 8, color: "#ffffff", weight: 2, fillColor: "#b3141b", fillOpacity: 1 }).addTo(drawn);
}
map.fitBounds(drawn.getBounds().pad(0.1), { maxZoom: 17, animate: false });
