/** Writes the two icons of the Teams app package. Run it after a change of the drawing: `node scripts/icons.ts`. */
import { writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { drawColourIcon, drawOutlineIcon } from './icon-drawing.ts';

const folder = new URL('../appPackage/', import.meta.url);
writeFileSync(new URL('color.png', folder), PNG.sync.write(drawColourIcon()));
writeFileSync(new URL('outline.png', folder), PNG.sync.write(drawOutlineIcon()));
