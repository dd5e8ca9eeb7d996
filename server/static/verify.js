// The verification page: hashes a PDF here in the browser, and compares what the QR code said. Sends nothing anywhere.
"use strict";

function say(block, word) {
  for (const line of block.querySelectorAll("[data-says]")) line.hidden = !word.includes(line.dataset.says);
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function check(file) {
  const verdict = document.getElementById("verdict");
  say(verdict, []);
  if (!globalThis.crypto?.subtle) return say(verdict, ["unable"]);  // a page without HTTPS has none
  let hash;
  try {
    hash = await sha256(file);
  } catch {
    return say(verdict, ["unread"]);
  }
  document.getElementById("hash").textContent = hash;
  say(verdict, [document.getElementById("check").dataset.sha256.split(" ").includes(hash) ? "same" : "other", "hash"]);
}

function compareQr() {
  const printed = document.getElementById("printed");
  const told = new URLSearchParams(location.hash.slice(1)).get("f");
  if (told) say(printed, [told.toLowerCase() === printed.dataset.fingerprint ? "same" : "other"]);
}

const drop = document.getElementById("drop");
document.getElementById("file").addEventListener("change", (event) => event.target.files[0] && check(event.target.files[0]));
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files[0]) check(event.dataTransfer.files[0]);
});
addEventListener("hashchange", compareQr);
compareQr();
