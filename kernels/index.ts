/**
 * The ABI on one screen: everything that the WASM module exports.
 *
 * The module imports nothing. Its memory is reserved once, before any view is made, and never grows after that.
 * All functions take byte addresses and sizes; none allocates. JavaScript owns the layout of what lies above
 * `heapBase()`: it reserves once with `reserve` and hands out addresses.
 */
export { heapBase, reserve } from './slab';
export { crossing, insidePolygon, maskPolygon, sideOfLine } from './zones';
export { background, backgroundBytes, backgroundReset } from './background';
export { clean } from './clean';
export { blobTable, settle } from './blobs';
export { spread, spreadBytes } from './spread';
export { texture } from './texture';
export { through, throughBytes } from './through';
export { bitsBytes } from './bits';
export { label, runsBytes } from './label';
export { light } from './light';
export { cells } from './cells';
export { flame, flameScratchBytes } from './flame';
export { flameBytes, glance } from './glances';
export { staticShades } from './shades';
export { staticSeams, statics, staticsBytes, staticTable } from './statics';
export { gatherCells, regionAges, regionFlows } from './regions';
export { edgesBytes, findEdges, shift, unshift } from './shift';
export { pyramid, pyramidBytes } from './pyramid';
export { flow, flowScratchBytes } from './flow';
export { tracksBytes, tracksScratchBytes, tracksStep } from './tracks';
export { coverage, densify, density, densityScratchBytes } from './density';
