import type { Runtime } from "../../server.ts";
import { median } from "../statistics.ts";
import { type CpuSpent, cpuBetween, peakMemory, resetPeakMemory, threadCpu } from "../thread-cpu.ts";
import { type AloneAndBeside, measureBeside } from "./beside.ts";
import type { Echo } from "./echo.ts";
import type { Exchange } from "./exchange.ts";
import type { Shape, ShapeKind } from "./shape.ts";
import type { Subject, Subjects } from "./subject.ts";

/** One shape asked of one runtime's server: seconds of CPU that one request costs. */
export interface Measured {
  readonly runtime: Runtime;
  readonly shape: string;
  readonly kind: ShapeKind;
  readonly status: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** The median of a few, and the most of them: the first one meets code that was not compiled yet. */
  readonly mainSeconds: number;
  readonly mostMainSeconds: number;
  /** Of the thread that did the most besides. */
  readonly busiestSeconds: number;
  /** What the bare echo's main thread spends on the same body. */
  readonly echoSeconds: number;
  readonly peakBytes: number;
  /** Undefined where the server did not survive to be measured. */
  readonly beside: AloneAndBeside | undefined;
}

export interface MeasureSettings {
  /** How often a request is asked alone; one that takes longer than `slowMilliseconds` once. */
  readonly runs: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds between two repetitions of the request beside the reports. */
  readonly pause: number;
}

const slowMilliseconds = 2000;

/** Asks a shape of a new server, first alone and then beside single reports. */
export async function measureShape(
  subjects: Subjects,
  runtime: Runtime,
  shape: Shape,
  echo: Echo,
  settings: MeasureSettings,
): Promise<Measured> {
  const echoSeconds = await echo.cpuFor(shape.body?.());
  let subject = await subjects.start(runtime, shape.fixture);
  try {
    const runs = await askAlone(subject, shape, shape.once === true ? 1 : settings.runs);
    if (shape.once === true) {
      await subject.stop();
      subject = await subjects.start(runtime, shape.fixture);
    }
    const beside = await measureBeside(subject, () => ask(subject, shape), {
      ...settings,
      // A request that takes longer than a round is its own repetition.
      rounds:
        shape.once === true || runs.some(({ milliseconds }) => milliseconds > slowMilliseconds) ? 1 : settings.rounds,
      once: shape.once === true,
    });
    const last = runs.at(-1)?.exchange ?? { status: 0, sentBytes: 0, receivedBytes: 0 };
    return {
      runtime,
      shape: shape.name,
      kind: shape.kind,
      ...last,
      mainSeconds: median(runs.map(({ cpu }) => cpu.main)),
      mostMainSeconds: Math.max(...runs.map(({ cpu }) => cpu.main)),
      busiestSeconds: median(runs.map(({ cpu }) => cpu.busiest)),
      echoSeconds,
      peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
      beside,
    };
  } finally {
    await subject.stop();
  }
}

interface Run {
  readonly exchange: Exchange;
  readonly cpu: CpuSpent;
  readonly peakBytes: number;
  readonly milliseconds: number;
}

async function askAlone(subject: Subject, shape: Shape, most: number): Promise<readonly Run[]> {
  const runs: Run[] = [];
  shape.body?.(); // made before anything is counted
  while (runs.length < most) {
    await subject.settle();
    resetPeakMemory(subject.pid);
    const before = threadCpu(subject.pid);
    const began = performance.now();
    const exchange = await ask(subject, shape);
    const milliseconds = performance.now() - began;
    await subject.settle();
    const cpu = cpuBetween(subject.pid, before, threadCpu(subject.pid));
    runs.push({ exchange, cpu, peakBytes: peakMemory(subject.pid), milliseconds });
    if (milliseconds > slowMilliseconds) break;
  }
  return runs;
}

async function ask(subject: Subject, shape: Shape): Promise<Exchange> {
  const end = subject.ended.then(() => {
    throw new Error(`The server ended while ${shape.name} was asked.`);
  });
  end.catch(() => {});
  return Promise.race([shape.ask(subject), end]);
}
