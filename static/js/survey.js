// The link on a slip has its code behind a `#`, which browsers send nowhere: it is put into the field, and off the address.
"use strict";

const field = document.querySelector("[data-code]");
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
