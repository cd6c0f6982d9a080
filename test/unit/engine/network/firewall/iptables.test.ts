import { expect, it } from 'vitest'
import { createIptablesDriver } from '../../../../../src/engine/network/firewall/iptables.ts'

it('opens FORWARD again where that was asked for while another transaction ran', async () => {
  const transactions: string[] = []
  let asked: Promise<void> | undefined
  const driver = createIptablesDriver({
    gatherMs: 0,
    run: async (command, _args, input) => {
      if (command.endsWith('-save')) return ''
      transactions.push(input)
      if (transactions.length === 2) {
        driver.setForwardDrop(4, false)
        asked = driver.set('network a', [])
      }
      return ''
    },
  })
  const accept = { family: 4, table: 'filter', chain: 'TSC-OUT', spec: '-i br-a -j ACCEPT' } as const
  driver.setForwardDrop(4, true)
  await driver.set('network a', [accept])
  await driver.set('container b', [{ ...accept, spec: '-i br-b -j ACCEPT' }])
  await asked
  expect(transactions[0]).toContain(':FORWARD DROP')
  expect(transactions.at(-1)).toContain(':FORWARD ACCEPT')
  await driver.close()
})
