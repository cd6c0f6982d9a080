const minute = 60
const hour = 60 * minute
const day = 24 * hour
const week = 7 * day
const month = 30 * day
const year = 365 * day

/** A length of time in docker's words: `Less than a second`, `About a minute`, `3 weeks`. Takes milliseconds. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < minute) return `${seconds} seconds`
  const minutes = Math.floor(seconds / minute)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(seconds / hour)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (seconds < 2 * week) return `${Math.floor(seconds / day)} days`
  if (seconds < 2 * month) return `${Math.floor(seconds / week)} weeks`
  if (seconds < 2 * year) return `${Math.floor(seconds / month)} months`
  return `${Math.floor(seconds / year)} years`
}

/** `5 minutes ago`; times are milliseconds since the epoch. */
export function formatAgo(time: number, now: number): string {
  return `${formatDuration(Math.max(0, now - time))} ago`
}

/** `2026-11-22 15:03:52 +0000 UTC`, as docker's JSON has it. */
export function formatUtc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`
}
