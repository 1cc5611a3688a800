export { type CronSchedule, cronSchedule } from "./cron-schedule.ts";
export { parseDuration } from "./duration.ts";
export { evaluateFreshness, type Freshness, type FreshnessFacts } from "./evaluate-freshness.ts";
export {
  expectedPartitions,
  type PartitionRange,
  type PartitionWindow,
  partitionWindow,
} from "./expected-partitions.ts";
export { InvalidRuleError } from "./invalid-rule-error.ts";
export {
  endSubject,
  type FreshnessChange,
  type FreshnessReason,
  type Judgement,
  type JudgingCause,
  type JudgingFacts,
  judgeSubject,
  type SubjectRules,
  type SubjectState,
} from "./judge-subject.ts";
export {
  countedEvents,
  evaluatePartition,
  evaluatePartitions,
  type PartitionedFacts,
  type PartitionedFreshness,
  type PartitionFreshness,
  type WatchedPartitions,
  watchedPartitions,
  worstState,
} from "./partition-freshness.ts";
export type { CalendarPartitions, CronPartitions, Partitions, StaticPartitions } from "./partitions.ts";
export type {
  CountedEvent,
  CronPolicy,
  Duration,
  FreshnessPolicy,
  FreshnessState,
  TimeWindowPolicy,
} from "./policy.ts";
