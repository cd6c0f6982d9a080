import type { JobProgress } from './jobs.ts'

/** Turns the steps of a layer into messages, few enough for people. */
export interface Reporter {
  downloading(current: number, total: number): void
  downloaded(total: number): void
  extracting(current: number): void
  uploading(current: number, total: number): void
}

const intervalMs = 100

/** `now` gives monotonic milliseconds. */
export function createReporter(report: (progress: JobProgress) => void, now: () => number = () => performance.now()): Reporter {
  let last = Number.NEGATIVE_INFINITY
  let isDownloading = false
  const sometimes = (progress: JobProgress): void => {
    if (now() - last < intervalMs) return
    last = now()
    report(progress)
  }
  return {
    downloading: (current, total) => {
      isDownloading = true
      sometimes({ stage: 'downloading', current, total })
    },
    downloaded: (total) => {
      isDownloading = false
      report({ stage: 'downloaded', current: total, total })
      last = Number.NEGATIVE_INFINITY
    },
    extracting: (current) => {
      // Unpacking goes along with the download; people see the download until it is over.
      if (!isDownloading) sometimes({ stage: 'extracting', current, total: 0 })
    },
    uploading: (current, total) => sometimes({ stage: 'uploading', current, total }),
  }
}
