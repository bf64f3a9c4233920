/** Teams gives up after five to fifteen seconds, so it has an answer sooner, also while PIM takes its time. */
const patienceMs = 2500;

/** Null when it takes too long; it goes on all the same. */
export async function promptly<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
