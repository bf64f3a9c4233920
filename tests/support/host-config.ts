/** Colours and sizes after today's Teams, written by hand; no package ships them for this renderer version. */
type Palette = {
  readonly page: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly subtle: string;
  readonly accent: string;
  readonly good: string;
  readonly warning: string;
  readonly attention: string;
  readonly field: string;
};

const palettes = {
  light: {
    page: '#f5f5f5',
    card: '#ffffff',
    border: '#d1d1d1',
    text: '#242424',
    subtle: '#616161',
    accent: '#5b5fc7',
    good: '#0b6a0b',
    warning: '#835b00',
    attention: '#b10e1c',
    field: '#ffffff',
  },
  dark: {
    page: '#1f1f1f',
    card: '#292929',
    border: '#525252',
    text: '#ffffff',
    subtle: '#adadad',
    accent: '#7f85f5',
    good: '#92c353',
    warning: '#f8d22a',
    attention: '#f9526b',
    field: '#1f1f1f',
  },
} as const satisfies Record<string, Palette>;
export type Theme = keyof typeof palettes;

export function hostConfig(theme: Theme): Record<string, unknown> {
  const { text, subtle, accent, good, warning, attention, border } = palettes[theme];
  const color = (value: string) => ({ default: value, subtle: value === text ? subtle : value });
  const foregroundColors = {
    default: color(text),
    dark: color(text),
    light: color(text),
    accent: color(accent),
    good: color(good),
    warning: color(warning),
    attention: color(attention),
  };
  return {
    supportsInteractivity: true,
    fontFamily: fonts,
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
    spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: border },
    containerStyles: { default: { backgroundColor: palettes[theme].card, foregroundColors } },
    actions: {
      maxActions: 6,
      spacing: 'default',
      buttonSpacing: 8,
      actionsOrientation: 'horizontal',
      actionAlignment: 'left',
      showCard: { actionMode: 'inline', inlineTopMargin: 8 },
    },
    inputs: {
      label: { inputSpacing: 'small', requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' } },
      errorMessage: { color: 'attention', size: 'small', spacing: 'small' },
    },
  };
}

const fonts = "'Segoe UI', 'Open Sans', 'DejaVu Sans', sans-serif";

/** What a client draws around a card: its frame, its buttons and its fields. */
export function hostStyle(theme: Theme): string {
  const { page, card, border, text, subtle, accent, attention, field } = palettes[theme];
  return `
    body { margin: 0; padding: 8px; background: ${page}; color-scheme: ${theme}; font-family: ${fonts}; }
    .ac-adaptiveCard { border: 1px solid ${border}; border-radius: 4px; box-sizing: border-box; overflow-wrap: break-word; }
    .ac-pushButton { min-height: 32px; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 5px 12px; border: 1px solid ${border}; border-radius: 4px; background: ${card};
      color: ${text}; font: 600 14px ${fonts}; }
    .ac-pushButton.style-positive { background: ${accent}; border-color: ${accent}; color: ${theme === 'dark' ? '#0a0a0a' : '#ffffff'}; }
    .ac-pushButton.style-destructive { color: ${attention}; }
    .ac-input { width: 100%; box-sizing: border-box; padding: 6px 8px; border: 1px solid ${border}; border-bottom-color: ${subtle};
      border-radius: 4px; background: ${field}; color: ${text}; font: 14px ${fonts}; }
    .ac-textInput.ac-multiline { min-height: 56px; }
    ::placeholder { color: ${subtle}; opacity: 1; }`;
}
