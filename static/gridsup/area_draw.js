// Draws one polygon by taps over the grids of the station and writes it as GeoJSON into the form's field. The field is
// the truth: what is pasted there is shown on the map, and works without this script.
const place = document.getElementById("draw");
const paper = JSON.parse(document.getElementById("paper").textContent);
const field = document.getElementById(place.dataset.target);
const system = document.getElementById(place.dataset.crs);
const chosen = document.getElementById(place.dataset.grid);
const NEAR = 14; // pixels: a fingertip
const DOTS = 200; // corners that are marked: more are a line by themselves, and slow a telephone down
const map = L.map(place, { attributionControl: false, maxZoom: 19, zoomSnap: 0.25, doubleClickZoom: false, scrollWheelZoom: false });
const grids = L.geoJSON(paper.around, {
  interactive: false,
  style: (one) => styleOf(one.properties.code),
  onEachFeature: (one, layer) => layer.bindTooltip(one.properties.code, { permanent: true, direction: "center", className: "grid-label" }),
}).addTo(map);
const outline = paper.outline ? L.geoJSON(paper.outline, { interactive: false, style: { color: "#14181f", weight: 2, fill: false } }).addTo(map) : null;
const drawn = L.featureGroup().addTo(map);
const known = corners(paper.around.map((one) => one.geometry));
const file = document.getElementById(place.dataset.file);
// "1" while every corner was set on this map, whose coordinates are certain; `written` is what stood in the field then
const tapped = document.getElementById(place.dataset.tapped);
let written = field.value && tapped.value ? field.value : "";
let taken = [];

function styleOf(code) {
  const here = chosen && chosen.value === code;
  return { color: "#12407a", weight: here ? 3 : 1, fillColor: here ? "#9db8da" : "#ffffff", fillOpacity: here ? 0.5 : 0.1 };
}

function corners(shapes) {
  const found = [];
  const walk = (part) => (typeof part[0] === "number" ? found.push(L.latLng(part[1], part[0])) : part.forEach(walk));
  shapes.forEach((shape) => walk(shape.coordinates));
  return found;
}

// what the server refuses with a sentence is not drawn
function isNumbers(part) {
  return Array.isArray(part) ? part.every(isNumbers) : Number.isFinite(part);
}

function nearest(point) {
  const there = map.latLngToContainerPoint(point);
  let best = null;
  let least = NEAR;
  known.forEach((corner) => {
    const far = map.latLngToContainerPoint(corner).distanceTo(there);
    if (far < least) {
      least = far;
      best = corner;
    }
  });
  return best || point;
}

function show() {
  drawn.clearLayers();
  if (taken.length > 2) L.polygon(taken, { color: "#b3141b", weight: 3, fillOpacity: 0.2, interactive: false }).addTo(drawn);
  else if (taken.length > 1) L.polyline(taken, { color: "#b3141b", weight: 3, interactive: false }).addTo(drawn);
  if (taken.length <= DOTS) taken.forEach((corner) => L.circleMarker(corner, { radius: 6, color: "#b3141b", fillColor: "#ffffff", fillOpacity: 1, interactive: false }).addTo(drawn));
}

function write() {
  const ring = taken.map((corner) => [Number(corner.lng.toFixed(6)), Number(corner.lat.toFixed(6))]);
  field.value = ring.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] }) : "";
  if (system && field.value) system.value = "wgs84";
  if (tapped.value) written = field.value;
  show();
}

function read() {
  taken = [];
  drawn.clearLayers();
  try {
    const given = JSON.parse(field.value);
    if (!isNumbers(given.coordinates || [])) return;
    if (given.type === "Polygon" && given.coordinates.length === 1) {
      taken = given.coordinates[0].slice(0, -1).map(([lng, lat]) => L.latLng(lat, lng));
      show();
    } else {
      L.geoJSON(given, { interactive: false, style: { color: "#b3141b", weight: 3, fillOpacity: 0.2 } }).addTo(drawn);
    }
  } catch {
    drawn.clearLayers();
  }
}

function look() {
  let wanted = null;
  grids.eachLayer((layer) => {
    const code = layer.feature.properties.code;
    layer.setStyle(styleOf(code));
    if (chosen && chosen.value === code) wanted = layer.getBounds();
  });
  const whole = outline ? outline.getBounds() : grids.getBounds();
  if (wanted || whole.isValid()) map.fitBounds((wanted || whole).pad(0.1), { animate: false });
  else map.setView([34.27, 109.06], 12);
}

map.on("click", (event) => {
  taken.push(nearest(event.latlng));
  write();
});
document.getElementById("draw-tools").hidden = false;
document.getElementById("draw-back").addEventListener("click", () => {
  taken.pop();
  write();
});
document.getElementById("draw-clear").addEventListener("click", () => {
  taken = [];
  file.value = "";
  tapped.value = "1";
  write();
  check();
});
// nothing is cut: what is too long is told before it is sent, where every line ends in two bytes
field.removeAttribute("maxlength");
function check() {
  field.setCustomValidity(new Blob([field.value.replaceAll("\n", "\r\n")]).size > Number(place.dataset.most) ? place.dataset.tooLong : "");
  if (file.value || field.value !== written) tapped.value = "";
}
field.addEventListener("change", () => {
  tapped.value = "";
  check();
  read();
});
file.addEventListener("change", check);
// a text that some other program put there told nobody: a button looks once more, before the form is validated
field.form.querySelectorAll("[type=submit]").forEach((button) => button.addEventListener("click", check));
if (chosen) chosen.addEventListener("change", look);
look();
if (field.value) {
  read();
  // ground that is taken in lies outside of the grid as it is
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.1), { animate: false });
} else if (!file.value) tapped.value = "1";
