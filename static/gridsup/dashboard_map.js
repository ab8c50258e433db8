// Grids coloured by the share of due visits that were not made in time; a tap names the grid and opens its rows.
const place = document.getElementById("map");
const sentence = document.getElementById("map-sentence");
const COLOURS = ["#8fc79c", "#fff0b8", "#ffcf5c", "#f08a35", "#b3141b", "#dfe4ea"];

function say(text) {
  place.hidden = true;
  sentence.textContent = text;
  sentence.hidden = false;
}

function link(href, text) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}

function about(grid) {
  const box = document.createElement("div");
  const here = new URLSearchParams(window.location.search);
  here.delete("by");
  here.delete("sort");
  here.set("area", grid.code);
  const share = document.createElement("div");
  share.textContent = grid.share;
  box.append(link(`${place.dataset.dashboard}?${here}`, `${grid.code} ${grid.name}`), share);
  grid.numbers.forEach((number) => {
    const line = document.createElement("div");
    line.append(`${number.label} `, link(number.href, number.text));
    box.append(line);
  });
  return box;
}

function draw([shapes, numbers]) {
  const refused = shapes.errors || numbers.errors;
  if (refused) {
    say(refused[0].message);
    return;
  }
  const grids = new Map(numbers.grids.map((grid) => [grid.code, grid]));
  const features = shapes.features.filter((feature) => grids.has(feature.properties.code));
  if (!features.length) {
    say(place.dataset.empty);
    return;
  }
  numbers.legend.forEach((text, level) => {
    const item = document.createElement("li");
    const colour = document.createElement("i");
    colour.className = `level-${level}`;
    item.append(colour, text);
    document.getElementById("legend").append(item);
  });
  const map = L.map(place, { preferCanvas: true, attributionControl: false, maxZoom: 19, scrollWheelZoom: false, zoomSnap: 0.25 });
  const known = (feature) => grids.get(feature.properties.code);
  const layer = L.geoJSON({ type: "FeatureCollection", features }, {
    style: (feature) => ({ color: "#2d3640", weight: 1, fillColor: COLOURS[known(feature).level], fillOpacity: 0.9 }),
    onEachFeature: (feature, drawn) => drawn.bindPopup(() => about(known(feature))),
  }).addTo(map);
  const fit = () => map.fitBounds(layer.getBounds(), { animate: false });
  fit();
  const sized = (paper) => () => {
    place.classList.toggle("on-paper", paper);
    map.invalidateSize(false);
    fit();
  };
  window.addEventListener("beforeprint", sized(true));
  window.addEventListener("afterprint", sized(false));
}

const ask = (address) => fetch(address, { headers: { Accept: "application/json" } }).then((reply) => reply.json());
const shapes = Promise.all(place.dataset.shapes.split(" ").filter(Boolean).map(ask)).then((all) => (
  all.find((one) => one.errors) || { features: all.flatMap((one) => one.features) }
));
Promise.all([shapes, ask(place.dataset.numbers)])
  .then(draw)
  .catch(() => say(place.dataset.empty));
