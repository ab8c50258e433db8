// One tap sets the point of a premises and writes it into the two fields, which are the truth and work without this script.
const paper = JSON.parse(document.getElementById("paper").textContent);
const [lon, lat, system, tapped] = ["lon", "lat", "crs", "tapped"].map((name) => document.getElementById(`id_${name}`));
const map = L.map("point-map", { attributionControl: false, maxZoom: 19, zoomSnap: 0.25, doubleClickZoom: false, scrollWheelZoom: false });
const drawn = L.featureGroup(paper.map((shape) => L.geoJSON(shape, { interactive: false, style: { color: "#12407a", weight: 2, fillColor: "#9db8da", fillOpacity: 0.25 } }))).addTo(map);
const mark = L.featureGroup().addTo(map);

function show() {
  mark.clearLayers();
  const [x, y] = [Number.parseFloat(lon.value), Number.parseFloat(lat.value)];
  // numbers of another system lie elsewhere on this map
  if (system.value !== "wgs84") return;
  if (Number.isFinite(x) && Number.isFinite(y) && Math.abs(y) <= 90) L.circleMarker([y, x], { radius: 8, color: "#ffffff", weight: 2, fillColor: "#b3141b", fillOpacity: 1, interactive: false }).addTo(mark);
}

map.on("click", (event) => {
  lon.value = event.latlng.lng.toFixed(6);
  lat.value = event.latlng.lat.toFixed(6);
  system.value = "wgs84";
  tapped.value = `${lon.value},${lat.value}`;
  show();
});
[lon, lat, system].forEach((field) => field.addEventListener("input", show));
show();
const bounds = drawn.getBounds();
if (bounds.isValid()) map.fitBounds(bounds.pad(0.1), { animate: false });
else map.setView([34.27, 109.06], 12);
