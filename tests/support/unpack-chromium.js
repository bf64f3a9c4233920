// Runs as a process of its own, because the package unpacks into whatever TMPDIR was when the process began.
import chromium from '@sparticuz/chromium';

process.stdout.write(await chromium.executablePath());
