import { AppManifestUtils, type TeamsManifest } from '@microsoft/app-manifest';

/** Checks a filled manifest against Microsoft's schema of the version it names, one line for each problem. Works without a network. */
export async function manifestProblems(manifest: string): Promise<readonly string[]> {
  const unfilled = manifest.match(/\$\{\{\w*\}?\}?/g) ?? [];
  // The schema is what proves the type; the package's own reader would drop unknown fields before they could be seen.
  const broken = await AppManifestUtils.validateAgainstSchema(JSON.parse(manifest) as TeamsManifest);
  return [
    ...unfilled.map((placeholder) => `manifest.json: nothing fills ${placeholder}`),
    ...broken.map((problem) => `manifest.json: ${problem}`),
  ];
}
