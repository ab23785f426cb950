/** Runs the command line from source, for tests that need a process of their own. */
import { main } from '../src/cli/main.js';

process.exitCode = await main(process.argv);
