#!/usr/bin/env node
// Plain JavaScript of the oldest kind, so that an old Node can still say what is wrong.
var major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(
    'shiren: Node.js ' + process.versions.node + ' is too old, 20 or newer is needed (https://nodejs.org)',
  );
  process.exit(2);
}
var supported = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
if (supported.indexOf(process.platform + '-' + process.arch) < 0) {
  console.error(
    'shiren: ONNX Runtime has no build for ' +
      process.platform +
      '-' +
      process.arch +
      ', only for ' +
      supported.join(', '),
  );
  process.exit(2);
}
// A reader that has seen enough (`| head`) is no error; a disk that is full is one to be told in a line.
process.stdout.on('error', function (error) {
  if (error.code === 'EPIPE') process.exit(0);
  console.error('shiren: standard output: ' + error.message);
  process.exit(2);
});
// Nothing can be told any more.
process.stderr.on('error', function () {
  process.exit(2);
});
import('../dist/cli/main.js').then(
  function (cli) {
    return cli.main(process.argv).then(function (code) {
      process.exitCode = code;
    });
  },
  function (error) {
    console.error('shiren: not built or not fully installed, run "npm ci" (' + error.message + ')');
    process.exitCode = 2;
  },
);
