/**
 * A pipeline that decides by what it finds: each document of a folder is read by itself, broken ones go to review, long
 * ones are summarised, and an index is made of the rest. The functions have real bodies:
 *
 *     sequoia functions workloads/documents.ts                                    # in one terminal
 *     sequoia produce workloads/documents.ts --count 5 --arg documents=12 --wait --json
 *     sequoia consume                                                             # in another
 */
import { chain, fn, type Json, lognormal } from "sequoia";

interface Document {
  readonly name: string;
  readonly text: string;
}

interface Extract {
  readonly name: string;
  readonly words: number;
  readonly longest: string;
  readonly language: "en" | "de";
}

const WORDS = {
  en: ["the", "queue", "holds", "what", "functions", "have", "answered", "until", "others", "need", "it"],
  de: [
    "die",
    "Warteschlange",
    "hält",
    "was",
    "Funktionen",
    "geantwortet",
    "haben",
    "bis",
    "es",
    "gebraucht",
    "wird",
  ],
};

/** Documents that only depend on the folder's name and their number; every fifth is broken. */
function documentsOf(folder: string, count: number): Document[] {
  return Array.from({ length: count }, (_, i) => {
    const words = WORDS[i % 3 === 2 ? "de" : "en"];
    const length = 5 + (i * 37) % 60;
    const text = Array.from({ length }, (_, n) => words[(n * 7 + i) % words.length]).join(" ");
    return { name: `${folder}/${i}.txt`, text: i % 5 === 4 ? `\0${text}` : text };
  });
}

const list = fn("list_documents", {
  time: lognormal("40ms", "90ms"),
  run: ({ args }) =>
    documentsOf(String(args.folder ?? "inbox"), Number(args.documents ?? 10)) as unknown as Json,
});

const extract = fn("extract", {
  time: lognormal("120ms", "300ms"),
  attempts: 1,
  run: ({ args }): Json => {
    const { name, text } = args.item as unknown as Document;
    if (text.includes("\0")) throw new Error(`${name} is no text`);
    const words = text.split(" ");
    const german = words.filter((word) => WORDS.de.includes(word)).length;
    return {
      name,
      words: words.length,
      longest: words.reduce((longest, word) => word.length > longest.length ? word : longest),
      language: german > words.length / 2 ? "de" : "en",
    };
  },
});

const summarise = fn("summarise", {
  time: lognormal("400ms", "900ms"),
  run: ({ args }): Json => {
    const long = args.long as unknown as readonly Extract[];
    return { documents: long.length, words: long.reduce((sum, { words }) => sum + words, 0) };
  },
});

const review = fn("review", {
  time: lognormal("60ms", "150ms"),
  run: ({ args }): Json => ({ broken: (args.broken as readonly Json[]).length, queue: "people" }),
});

const publish = fn("publish_index", {
  time: lognormal("80ms", "200ms"),
  run: ({ args, inputs }): Json => {
    const extracts = args.extracts as unknown as readonly Extract[];
    const count = (language: string) => extracts.filter((each) => each.language === language).length;
    return {
      documents: extracts.length,
      languages: { en: count("en"), de: count("de") },
      summarised: inputs.summarise !== null,
      reviewed: inputs.review !== null,
    };
  },
});

export default chain("documents", ({ call }) => {
  const listed = call(list, {
    name: "list",
    args: { folder: "{% args.folder %}", documents: "{% args.documents %}" },
  });
  const extracted = call(extract, {
    after: listed,
    map: "inputs.list",
    concurrency: 4,
    onFailure: "continue",
  });
  const summary = call(summarise, {
    after: extracted,
    when: "$count(inputs.extract[words > 40]) > 0",
    args: { long: "{% [inputs.extract[words > 40]] %}" },
  });
  const reviewed = call(review, {
    after: extracted,
    when: "$count(inputs.extract[$exists(error)]) > 0",
    args: { broken: "{% [inputs.extract[$exists(error)].error] %}" },
  });
  call(publish, {
    name: "publish",
    after: [extracted, summary, reviewed],
    args: { extracts: "{% [inputs.extract[$exists(words)]] %}" },
  });
}, { output: "{% $merge([inputs.publish, { 'summary': inputs.summarise, 'review': inputs.review }]) %}" });
