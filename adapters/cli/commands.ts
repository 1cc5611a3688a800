import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** A command is loaded when it runs, so that a job that reports once a minute does not load the server's modules. */
interface CommandEntry {
  readonly name: string;
  /** Its line in the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<CommandUnknownOpts>;
}

/** All commands, in the order of the list. */
export const commands: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "Run the server.",
    load: async () => (await import("./serve.ts")).serveCommand,
  },
  {
    name: "report",
    summary: "Report that an asset was built: a materialization.",
    load: async () => (await import("./reporting/report.ts")).reportCommand,
  },
  {
    name: "report-check",
    summary: "Report that a check of an asset passed or failed.",
    load: async () => (await import("./reporting/report-check.ts")).reportCheckCommand,
  },
  {
    name: "report-observation",
    summary: "Report what was seen of an asset that somebody else builds.",
    load: async () => (await import("./reporting/report-observation.ts")).reportObservationCommand,
  },
  {
    name: "exec",
    summary: "Run a command and report how it ended.",
    load: async () => (await import("./reporting/exec.ts")).execCommand,
  },
  {
    name: "flush",
    summary: "Send the reports that were kept while their server was away.",
    load: async () => (await import("./reporting/flush.ts")).flushCommand,
  },
  {
    name: "login",
    summary: "Say which server this user's commands talk to.",
    load: async () => (await import("./tokens/login.ts")).loginCommand,
  },
  {
    name: "assets",
    summary: "List the assets that have events.",
    load: async () => (await import("./reading/assets.ts")).assetsCommand,
  },
  {
    name: "asset",
    summary: "Show what is known of one asset now.",
    load: async () => (await import("./reading/asset.ts")).assetCommand,
  },
  {
    name: "events",
    summary: "List events, newest first.",
    load: async () => (await import("./reading/events.ts")).eventsCommand,
  },
  {
    name: "partitions",
    summary: "List the partitions of an asset that were materialized.",
    load: async () => (await import("./reading/partitions.ts")).partitionsCommand,
  },
  {
    name: "checks",
    summary: "List the checks of an asset, or those that fail now.",
    load: async () => (await import("./reading/checks.ts")).checksCommand,
  },
  {
    name: "alerts",
    summary: "List what is late and which checks fail, or close an alert.",
    load: async () => (await import("./watching/alerts.ts")).alertsCommand,
  },
  {
    name: "freshness",
    summary: "List what freshness policies watch, or why an asset was late.",
    load: async () => (await import("./watching/freshness.ts")).freshnessCommand,
  },
  {
    name: "mute",
    summary: "Mute the alerts of an asset for a while, or list what is muted.",
    load: async () => (await import("./watching/mute.ts")).muteCommand,
  },
  {
    name: "unmute",
    summary: "End a mute.",
    load: async () => (await import("./watching/mute.ts")).unmuteCommand,
  },
  {
    name: "destinations",
    summary: "List who is told of events and alerts, test, pause, or send again.",
    load: async () => (await import("./destinations/destinations.ts")).destinationsCommand,
  },
  {
    name: "define",
    summary: "Make the definitions of a source equal to files: owners, partitions, freshness.",
    load: async () => (await import("./definitions/define.ts")).defineCommand,
  },
  {
    name: "definitions",
    summary: "List what is defined.",
    load: async () => (await import("./definitions/definitions.ts")).definitionsCommand,
  },
  {
    name: "tail",
    summary: "Show events as they are recorded.",
    load: async () => (await import("./reading/tail.ts")).tailCommand,
  },
  {
    name: "listen",
    summary: "Send events to a local program as signed webhooks, as they are recorded.",
    load: async () => (await import("./destinations/listen.ts")).listenCommand,
  },
  {
    name: "wait",
    summary: "Wait until assets are there.",
    load: async () => (await import("./reading/wait.ts")).waitCommand,
  },
  {
    name: "wipe",
    summary: "Wipe all events of an asset, of one of its partitions, or one event. Asks first.",
    load: async () => (await import("./maintenance/wipe.ts")).wipeCommand,
  },
  {
    name: "export",
    summary: "Write events as lines of JSON.",
    load: async () => (await import("./reading/export.ts")).exportCommand,
  },
  {
    name: "import",
    summary: "Record what was exported.",
    load: async () => (await import("./reporting/import.ts")).importCommand,
  },
  {
    name: "doctor",
    summary: "Examine a database.",
    load: async () => (await import("./maintenance/doctor.ts")).doctorCommand,
  },
  {
    name: "backup",
    summary: "Copy a database to a file.",
    load: async () => (await import("./maintenance/backup.ts")).backupCommand,
  },
  {
    name: "restore",
    summary: "Put a copy in the place of a database.",
    load: async () => (await import("./maintenance/restore.ts")).restoreCommand,
  },
  {
    name: "prune",
    summary: "Delete what has expired.",
    load: async () => (await import("./maintenance/prune.ts")).pruneCommand,
  },
  {
    name: "vacuum",
    summary: "Make a database file smaller.",
    load: async () => (await import("./maintenance/vacuum.ts")).vacuumCommand,
  },
  {
    name: "token",
    summary: "Create, list and revoke tokens.",
    load: async () => (await import("./tokens/token.ts")).tokenCommand,
  },
  {
    name: "demo",
    summary: "Show what runless looks like with a month of events.",
    load: async () => (await import("./demo/demo.ts")).demoCommand,
  },
];
