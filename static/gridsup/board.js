// The grids of a station, each with its number; a tap leads to its card. The sheet is printed by a button.
const place = document.getElementById("map");
const LABEL_WIDTH = 24;
const printing = document.getElementById("print");
printing.hidden = false;
printing.addEventListener("click", () => window.print());

function about(grid) {
  const box = document.createElement("div");
  const name = document.createElement("div");
  name.textContent = `${grid.name} ${grid.code}`;
  const card = document.createElement("a");
  card.href = `#g${grid.code}`;
  card.textContent = place.dataset.open;
  box.append(name, card);
  return box;
}

function draw(shapes) {
  if (!shapes.features || !shapes.features.length) {
    place.hidden = true;
    return;
  }
  const map = L.map(place, { preferCanvas: true, attributionControl: false, maxZoom: 19, scrollWheelZoom: false, zoomSnap: 0.25 });
  const layer = L.geoJSON(shapes, {
    style: { color: "#12407a", weight: 1.5, fillColor: "#dfe7f1", fillOpacity: 0.8 },
    onEachFeature: (feature, drawn) => {
      const number = feature.properties.code.slice(4);
      drawn.bindPopup(() => about(feature.properties));
      drawn.bindTooltip(number, { permanent: true, direction: "center", className: "grid-name" });
    },
  }).addTo(map);
  // a number shows where its grid is wide enough to hold it
  const label = () => layer.eachLayer((drawn) => {
    const corners = drawn.getBounds();
    const width = map.latLngToLayerPoint(corners.getNorthEast()).x - map.latLngToLayerPoint(corners.getSouthWest()).x;
    if (width < LABEL_WIDTH) drawn.closeTooltip(); else drawn.openTooltip();
  });
  map.on("zoomend", label);
  const fit = () => map.fitBounds(layer.getBounds(), { animate: false });
  fit();
  label();
  window.addEventListener("beforeprint", () => { map.invalidateSize(false); fit(); });
}

fetch(place.dataset.shapes, { headers: { Accept: "application/json" } })
  .then((reply) => reply.json())
  .then(draw)
  .catch(() => { place.hidden = true; });
