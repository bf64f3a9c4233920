/**
 * Draws Jitney's mark: the front of a small bus whose driver is a keyhole. One mark, two forms: filled and coloured for
 * the app's page, a white line drawing for Teams' side rail.
 *
 * A shape is the distance to its edge, so one look at a pixel's centre tells how much of the pixel it covers; edges are
 * soft without sampling.
 */
import { PNG } from 'pngjs';

type Colour = readonly [red: number, green: number, blue: number];
type Point = readonly [x: number, y: number];
/** The distance from a point to the shape's edge in pixels, negative inside. */
type Shape = (x: number, y: number) => number;
/** A shape filled with a colour, or cut out of everything painted before it. */
type Layer = { readonly shape: Shape; readonly paint: Colour | 'cut' };

const WHITE: Colour = [255, 255, 255];
/** The colour of the night shift; also the manifest's accentColor. */
export const NAVY: Colour = [23, 37, 84];
const AMBER: Colour = [251, 191, 36];
const LAMP: Colour = [255, 251, 235];

function roundedRect(left: number, top: number, width: number, height: number, radius: number): Shape {
  const [centreX, centreY] = [left + width / 2, top + height / 2];
  return function distance(x, y) {
    const overX = Math.abs(x - centreX) - width / 2 + radius;
    const overY = Math.abs(y - centreY) - height / 2 + radius;
    return Math.hypot(Math.max(overX, 0), Math.max(overY, 0)) + Math.min(Math.max(overX, overY), 0) - radius;
  };
}

function circle(centreX: number, centreY: number, radius: number): Shape {
  return (x, y) => Math.hypot(x - centreX, y - centreY) - radius;
}

/** The points go round a convex shape clockwise, as seen with y pointing down. */
function convex(...points: readonly Point[]): Shape {
  return function distance(x, y) {
    const toEdges = points.map(([fromX, fromY], index) => {
      const [toX, toY] = points[(index + 1) % points.length] ?? [fromX, fromY];
      const across = (toX - fromX) * (y - fromY) - (toY - fromY) * (x - fromX);
      return -across / Math.hypot(toX - fromX, toY - fromY);
    });
    return Math.max(...toEdges);
  };
}

/** A keyhole reads as a head and shoulders too: that is the driver. */
function keyhole(
  centreX: number,
  headY: number,
  headRadius: number,
  foot: number,
  halfWidth: number,
): readonly Shape[] {
  const neck = headRadius * 0.36;
  return [
    circle(centreX, headY, headRadius),
    convex([centreX - neck, headY], [centreX + neck, headY], [centreX + halfWidth, foot], [centreX - halfWidth, foot]),
  ];
}

function painted(paint: Colour | 'cut', ...shapes: readonly Shape[]): readonly Layer[] {
  return shapes.map((shape) => ({ shape, paint }));
}

/** The colour form, in units of its 192 pixels: a solid square, the bus inside the middle 96 that Teams never crops. */
function colourLayers(): readonly Layer[] {
  return [
    ...painted(NAVY, roundedRect(-1, -1, 194, 194, 0)),
    ...painted(AMBER, roundedRect(67, 126, 16, 18, 4), roundedRect(109, 126, 16, 18, 4)),
    ...painted(AMBER, roundedRect(48, 72, 8, 26, 4), roundedRect(136, 72, 8, 26, 4)),
    ...painted(AMBER, roundedRect(58, 48, 76, 88, 15)),
    ...painted(NAVY, roundedRect(78, 54, 36, 5, 2.5)),
    ...painted(NAVY, roundedRect(65, 65, 62, 44, 8)),
    ...painted(AMBER, ...keyhole(96, 81, 9.5, 109, 12)),
    ...painted(LAMP, circle(73, 122, 5.5), circle(119, 122, 5.5)),
    ...painted(NAVY, roundedRect(86, 119.5, 20, 5, 2.5)),
  ];
}

/** The outline form, in units of its 32 pixels: strokes sit on whole pixels so that they stay crisp. */
function outlineLayers(): readonly Layer[] {
  return [
    ...painted(WHITE, roundedRect(7, 26, 5, 4, 1), roundedRect(20, 26, 5, 4, 1)),
    ...painted(WHITE, roundedRect(1, 10, 2, 7, 1), roundedRect(29, 10, 2, 7, 1)),
    ...painted(WHITE, roundedRect(4, 2, 24, 26, 5)),
    ...painted('cut', roundedRect(6, 4, 20, 22, 3)),
    ...painted(WHITE, roundedRect(6, 19, 20, 2, 0)),
    ...painted(WHITE, ...keyhole(16, 10, 3.5, 20, 4.5)),
    ...painted(WHITE, roundedRect(8, 22, 3, 3, 1), roundedRect(21, 22, 3, 3, 1)),
  ];
}

/** One pixel, painted layer over layer. Colour is weighed by what it covers, so soft edges never darken. */
function pixel(layers: readonly Layer[], column: number, row: number): readonly [...Colour, alpha: number] {
  let colour = WHITE;
  let alpha = 0;
  for (const { shape, paint } of layers) {
    const cover = Math.min(Math.max(0.5 - shape(column + 0.5, row + 0.5), 0), 1);
    if (cover === 0) continue;
    const rest = alpha * (1 - cover);
    if (paint !== 'cut') colour = blend(paint, cover, colour, rest);
    alpha = paint === 'cut' ? rest : rest + cover;
  }
  const [red, green, blue] = colour;
  return [Math.round(red), Math.round(green), Math.round(blue), Math.round(255 * alpha)];
}

function blend(over: Colour, weightOver: number, under: Colour, weightUnder: number): Colour {
  const mix = (top: number, bottom: number) => (top * weightOver + bottom * weightUnder) / (weightOver + weightUnder);
  return [mix(over[0], under[0]), mix(over[1], under[1]), mix(over[2], under[2])];
}

function draw(layers: readonly Layer[], size: number): PNG {
  const image = new PNG({ width: size, height: size });
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      image.data.set(pixel(layers, column, row), (row * size + column) * 4);
    }
  }
  return image;
}

/** 192 x 192: Teams' app page, the app list and the bot's picture. */
export function drawColourIcon(): PNG {
  return draw(colourLayers(), 192);
}

/** 32 x 32, white on nothing: Teams' side rail, which tints it by theme. */
export function drawOutlineIcon(): PNG {
  return draw(outlineLayers(), 32);
}
