import { parentPort, workerData } from 'node:worker_threads'
import { type PumpParams, pumpAttach } from './container/attach/pump.ts'

/** Worker thread of one attached caller: moves bytes until there are no more, then says why. */
parentPort?.postMessage(pumpAttach(workerData as PumpParams))
