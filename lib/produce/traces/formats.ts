import { AZURE_2019 } from "./azure_2019.ts";
import { HUAWEI_2023 } from "./huawei_2023.ts";
import { AZURE_2021, IBM_2026 } from "./invocations.ts";
import { headingOf } from "./rows.ts";
import type { TraceFormat } from "./trace.ts";

/** The formats of traces, told apart by their headings. */
export const TRACE_FORMATS: readonly TraceFormat[] = [AZURE_2019, AZURE_2021, HUAWEI_2023, IBM_2026];

/** The format of a file of functions' calls; undefined: it is something else, such as a list of times. */
export async function traceFormatOf(path: string): Promise<TraceFormat | undefined> {
  const heading = await headingOf(path);
  return TRACE_FORMATS.find((format) => format.fits(heading));
}

/** The format of a name; undefined: there is none. */
export function formatNamed(name: string): TraceFormat | undefined {
  return TRACE_FORMATS.find((format) => format.name === name);
}
