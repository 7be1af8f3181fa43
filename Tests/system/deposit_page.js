// SPDX-License-Identifier: Apache-2.0
// Runs the script of the deposit page outside a browser: seals what stands on standard input, `{request, value}`.
const { readFileSync } = require("node:fs");
const { runInNewContext } = require("node:vm");
const { webcrypto } = require("node:crypto");

const { page, request, value } = JSON.parse(readFileSync(0, "utf8"));
const script = /<script nonce="[^"]+">([\s\S]*)<\/script>/.exec(page)[1];
const context = { crypto: webcrypto, TextEncoder, Uint8Array, Promise, btoa, atob };
context.globalThis = context;
runInNewContext(`${script};globalThis.sealing = bittingDeposit.seal(${JSON.stringify(request)}, ${JSON.stringify(value)})`, context);
context.sealing.then((deposit) => process.stdout.write(JSON.stringify(deposit)));
