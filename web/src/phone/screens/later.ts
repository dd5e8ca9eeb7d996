// The screens behind the first one.

export { default as Correct } from "./Correct.vue";
export { default as Me } from "./Me.vue";
export { default as Messages } from "./Messages.vue";
export { default as OutboxView } from "./OutboxView.vue";
export { default as PaperView } from "./PaperView.vue";
export { default as StopCard } from "./StopCard.vue";
export { default as Visit } from "./Visit.vue";
