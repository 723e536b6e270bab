import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { Log } from '../logging/logger';

/** What a metric is called, says and is divided by; labels have few values. */
export interface MetricOptions<Label extends string> {
  name: string;
  help: string;
  labels?: Label[];
}

/** One value of a gauge. */
export interface GaugeValue<Label extends string> {
  labels: Record<Label, string>;
  value: number;
}

const patienceMs = 5_000;

/** Metrics of this process in the form that Prometheus reads. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private reading: Promise<string> | null = null;

  constructor(private readonly log: Log) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A counter, as what adds to it, one unless said otherwise; its name ends in `_total`. */
  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
  ): (labels: Record<Label, string>, count?: number) => void {
    const counter = new Counter({ name, help, labelNames, registers: [this.registry] });
    return (labels, count = 1) => counter.inc(labels, count);
  }

  /** A distribution of seconds, as what adds one to it; its name ends in `_seconds`. */
  seconds<Label extends string>(
    { name, help, labels: labelNames = [] }: MetricOptions<Label>,
    buckets: number[],
  ): (labels: Record<Label, string>, seconds: number) => void {
    const histogram = new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
    return (labels, seconds) => histogram.observe(labels, seconds);
  }

  /** Values that are asked for whenever somebody reads; while they cannot be had there are none. */
  gauge<Label extends string = never>(
    { name, help, labels: labelNames = [] }: MetricOptions<Label>,
    values: () => GaugeValue<Label>[] | Promise<GaugeValue<Label>[]>,
  ): void {
    const { log } = this;
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect: async () => {
        gauge.reset();
        try {
          for (const { labels, value } of await inTime(values())) gauge.set(labels, value);
        } catch (error) {
          log.failure('metrics.not-read', error, { metric: name });
        }
      },
    });
  }

  /** All of them as text, and its content type. Who asks while they are read gets the same answer. */
  async read(): Promise<{ text: string; contentType: string }> {
    this.reading ??= this.registry.metrics().finally(() => {
      this.reading = null;
    });
    return { text: await this.reading, contentType: this.registry.contentType };
  }
}

/** Without this a database that does not answer would keep the metrics that need none. */
async function inTime<T>(values: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`There was no answer within ${patienceMs} ms`)), patienceMs);
  });
  return Promise.race([values, tooLate]).finally(() => clearTimeout(timer));
}
