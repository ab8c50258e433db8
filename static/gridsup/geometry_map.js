// Grids in thin lines, their faults in the colour of the kind; a tap says what it is and leads to where it is mended.
const place = document.getElementById("map");
const sentence = document.getElementById("map-sentence");
const COLOURS = { gap: "#b3141b", overlap: "#7a1fa2", outside_bureau: "#f08a35", outside_station: "#ffca28", invalid: "#14181f", astray: "#1557a8" };

const CROWD = 200;
// on a phone a popup would lie under the buttons of the map
const BESIDE_BUTTONS = { maxWidth: 170, autoPanPaddingTopLeft: [60, 8] };

function say(text) {
  sentence.textContent = text;
  sentence.hidden = false;
}

function about(fault) {
  const box = document.createElement("div");
  const name = document.createElement("b");
  name.textContent = fault.label;
  const where = document.createElement("div");
  where.textContent = [fault.areas, fault.amount].filter(Boolean).join(" · ");
  const ways = document.createElement("div");
  ways.className = "ways";
  fault.ways.forEach(([address, words]) => {
    const way = document.createElement("a");
    way.href = address;
    way.textContent = words;
    ways.append(way);
  });
  box.append(name, where, ways);
  return box;
}

function named(grid) {
  const box = document.createElement("div");
  box.textContent = `${grid.code} ${grid.name}`;
  return box;
}

function draw([shapes, faults]) {
  if (shapes.errors) say(shapes.errors[0].message);
  const grids = shapes.features || [];
  if (!grids.length && !faults.features.length) {
    place.hidden = true;
    say(place.dataset.empty);
    return;
  }
  if (faults.sentence) say(faults.sentence);
  const map = L.map(place, { preferCanvas: true, attributionControl: false, maxZoom: 20, scrollWheelZoom: false, zoomSnap: 0.25 });
  const ground = L.geoJSON({ type: "FeatureCollection", features: grids }, {
    style: { color: "#6b7684", weight: 1, fillColor: "#dfe7f1", fillOpacity: 0.6 },
    onEachFeature: (feature, drawn) => drawn.bindPopup(() => named(feature.properties)),
  }).addTo(map);
  // points beneath shapes; many of them small, else they hide the city
  const order = (feature) => (feature.geometry.type.endsWith("Point") ? 0 : 1);
  faults.features.sort((one, other) => order(one) - order(other));
  const radius = faults.features.length > CROWD ? 2 : 5;
  const wrong = L.geoJSON(faults, {
    style: (feature) => ({ color: COLOURS[feature.properties.kind], weight: order(feature) ? 3 : 1, fillOpacity: 0.5 }),
    pointToLayer: (feature, at) => L.circleMarker(at, { radius }),
    onEachFeature: (feature, drawn) => drawn.bindPopup(() => about(feature.properties), BESIDE_BUTTONS),
  }).addTo(map);
  const all = ground.getBounds().isValid() ? ground.getBounds().extend(wrong.getBounds()) : wrong.getBounds();
  const few = new URLSearchParams(window.location.search).get("kind") && wrong.getBounds().isValid();
  map.fitBounds(few ? wrong.getBounds() : all, { animate: false, maxZoom: 17, padding: few ? [60, 60] : [0, 0] });
}

const ask = (address) => fetch(address, { headers: { Accept: "application/json" } }).then((reply) => reply.json());
const shapes = Promise.all(place.dataset.shapes.split(" ").filter(Boolean).map(ask)).then((all) => (
  all.find((one) => one.errors) || { features: all.flatMap((one) => one.features) }
));
Promise.all([shapes, ask(place.dataset.faults)])
  .then(draw)
  .catch(() => say(place.dataset.empty));
