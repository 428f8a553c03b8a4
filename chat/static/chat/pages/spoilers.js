import "../parts/spoilers.js";
