// Parts that a page can do without for a moment: each is a file of its own, fetched when the page draws it.

import { defineAsyncComponent } from "vue";

/** Element Plus' date picker, a tenth of what a page would load. */
export const ElDatePicker = defineAsyncComponent(async () => (await import("./datePicker")).ElDatePicker);
