/** The numbers of the faults that a history can meet; docs/reliability.md tells what they are. */
export const metInHistories: readonly string[] = [
  ...['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'F10', 'F11', 'F12', 'F13', 'F14', 'F15', 'F16', 'F17'],
  ...['F18', 'F19', 'F20', 'F21', 'F22', 'F23', 'F24', 'F25', 'F26', 'F27', 'F28', 'F31', 'F33', 'F34', 'F35', 'F36'],
  ...['F38', 'F39', 'F40', 'F41', 'F42'],
];

/** And in a history of lost answers. */
export const metInLosses: readonly string[] = ['F6', 'F7', 'F25', 'F27', 'F28'];
