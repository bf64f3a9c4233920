import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PNG } from 'pngjs';
import { drawColourIcon, drawOutlineIcon, NAVY } from '../../scripts/icon-drawing.ts';

type Pixel = { readonly x: number; readonly y: number; readonly rgb: string; readonly alpha: number };

function readIcon(name: string): PNG {
  return PNG.sync.read(readFileSync(new URL(`../../appPackage/${name}`, import.meta.url)));
}

function pixels(image: PNG): readonly Pixel[] {
  return Array.from({ length: image.width * image.height }, (_, index) => {
    const [red, green, blue, alpha = 0] = image.data.subarray(index * 4, index * 4 + 4);
    return {
      x: index % image.width,
      y: Math.floor(index / image.width),
      rgb: [red, green, blue].join(),
      alpha,
    };
  });
}

function colours(all: readonly Pixel[]): readonly string[] {
  return [...new Set(all.map((pixel) => pixel.rgb))];
}

describe('colour icon', () => {
  const icon = readIcon('color.png');
  const background = NAVY.join();

  test('is 192 x 192 and a solid square without any transparency', () => {
    expect([icon.width, icon.height]).toEqual([192, 192]);
    expect(pixels(icon).every((pixel) => pixel.alpha === 255)).toBe(true);
  });

  test('fills the middle 96 x 96 with its symbol and nothing around it', () => {
    const symbol = pixels(icon).filter((pixel) => pixel.rgb !== background);
    const [xs, ys] = [symbol.map((pixel) => pixel.x), symbol.map((pixel) => pixel.y)];

    expect([Math.min(...xs), Math.max(...xs)]).toEqual([48, 143]);
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([48, 143]);
  });

  test('has the accent colour of the manifest as its background', () => {
    const manifest = readFileSync(new URL('../../appPackage/manifest.json', import.meta.url), 'utf8');
    const hex = NAVY.map((value) => value.toString(16).padStart(2, '0')).join('');

    expect(manifest).toContain(`"accentColor": "#${hex}"`);
  });
});

describe('outline icon', () => {
  const icon = readIcon('outline.png');

  test('is 32 x 32 and white wherever it is not transparent', () => {
    expect([icon.width, icon.height]).toEqual([32, 32]);
    expect(colours(pixels(icon).filter((pixel) => pixel.alpha > 0))).toEqual(['255,255,255']);
  });

  test('has a transparent background, solid strokes and soft edges', () => {
    const alphas = pixels(icon).map((pixel) => pixel.alpha);

    expect(alphas.filter((alpha) => alpha === 0).length).toBeGreaterThan(300);
    expect(alphas.filter((alpha) => alpha === 255).length).toBeGreaterThan(150);
    expect(alphas.some((alpha) => alpha > 0 && alpha < 255)).toBe(true);
  });
});

test('the committed icons are what the drawing gives', () => {
  expect(readIcon('color.png').data.equals(drawColourIcon().data)).toBe(true);
  expect(readIcon('outline.png').data.equals(drawOutlineIcon().data)).toBe(true);
});
