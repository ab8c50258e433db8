// Grids coloured by the share of open visits that are late; a tap names the grid and leads to its numbers.
const place = document.getElementById("map");
const sentence = document.getElementById("map-sentence");
const COLOURS = ["#8fc79c", "#fff0b8", "#ffcf5c", "#f08a35", "#b3141b"];
const words = place.dataset.words.split("|");

function say(text) {
  place.hidden = true;
  sentence.textContent = text;
  sentence.hidden = false;
}

function about(grid) {
  const box = document.createElement("div");
  const link = document.createElement("a");
  link.href = `${place.dataset.dashboard}?area=${grid.code}`;
  link.textContent = `${grid.code} ${grid.name}`;
  const counts = document.createElement("div");
  counts.textContent = `${words[0]} ${grid.premises} · ${words[1]} ${grid.open} · ${words[2]} ${grid.overdue}`;
  box.append(link, counts);
  return box;
}

function draw(shapes) {
  if (!shapes.features.length) {
    say(place.dataset.empty);
    return;
  }
  shapes.legend.forEach((text, level) => {
    const item = document.createElement("li");
    const colour = document.createElement("i");
    colour.className = `level-${level}`;
    item.append(colour, text);
    document.getElementById("legend").append(item);
  });
  const map = L.map(place, { preferCanvas: true, attributionControl: false, maxZoom: 19, scrollWheelZoom: false, zoomSnap: 0.25 });
  const layer = L.geoJSON(shapes, {
    style: (feature) => ({ color: "#2d3640", weight: 1, fillColor: COLOURS[feature.properties.level], fillOpacity: 0.9 }),
    onEachFeature: (feature, drawn) => drawn.bindPopup(() => about(feature.properties)),
  }).addTo(map);
  map.fitBounds(layer.getBounds(), { animate: false });
}

fetch(place.dataset.shapes, { headers: { Accept: "application/json" } })
  .then((reply) => reply.json())
  .then((reply) => (reply.errors ? say(reply.errors[0].message) : draw(reply)))
  .catch(() => say(place.dataset.empty));
