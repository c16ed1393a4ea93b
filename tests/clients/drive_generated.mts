// The TypeScript client that openapi-typescript and openapi-fetch make of docs/openapi.json, as it is made: a new
// customer registers, pays in, buys a number, rents a code and is refused what there is not.
// usage: node drive_generated.mjs URL

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import createClient from 'openapi-fetch'
import type { components, paths } from './api.mjs'

type Failure = components['schemas']['ErrorEnvelope']

const [url] = process.argv.slice(2)
assert.ok(url, 'usage: node drive_generated.mjs URL')
const client = createClient<paths>({ baseUrl: url })

const DEPOSIT = 25
const WAIT_SECONDS = 25
// Too short for any that can exist.
const NO_NUMBER = '+14155551'
let passed = 0
let failed = 0

// A step that fails does not stop the next.
async function step (name: string, action: () => Promise<string | void>): Promise<void> {
  try {
    const note = await action()
    passed += 1
    console.log(`PASS ${name} ${note ?? ''}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL ${name}: ${String(error)}`.replaceAll('\n', ' '))
  }
}

// The data of an answer that must be one.
function given<T> (answer: { data?: { data: T }, error?: Failure }): T {
  if (answer.error) throw new Error(`${answer.error.error.code}: ${answer.error.error.message}`)
  assert.ok(answer.data, 'an answer without data')
  return answer.data.data
}

let found: string | undefined
let bought: string | undefined

async function purchase (): Promise<void> {
  await step('register', async () => {
    const { tokens } = given(await client.POST('/api/v1/auth/register', {
      body: { email: `${randomUUID()}@example.com`, password: randomUUID(), firstName: 'Ada', lastName: 'King' }
    }))
    client.use({ onRequest: ({ request }) => { request.headers.set('Authorization', `Bearer ${tokens.accessToken}`) } })
  })
  await step('deposit', async () => {
    const { payment } = given(await client.POST('/api/v1/payments/deposit', {
      body: { amount: DEPOSIT, paymentMethodId: 'pm_card_visa' }
    }))
    assert.equal(payment.status, 'SUCCEEDED')
  })
  await step('search', async () => {
    const { numbers } = given(await client.GET('/api/v1/numbers/search', {
      params: { query: { countryCode: 'US', areaCode: '415' } }
    }))
    found = numbers[0]?.phoneNumber
    assert.ok(found?.startsWith('+1415'), `found ${found}`)
    return found
  })
  await step('purchase', async () => {
    assert.ok(found, 'nothing was found')
    const { results } = given(await client.POST('/api/v1/numbers/purchase', {
      params: { header: { 'Idempotency-Key': randomUUID() } },
      body: { numbers: [{ phoneNumber: found }] }
    }))
    assert.equal(results[0]?.status, 'SUCCESS')
    bought = results[0].numberId ?? undefined
    assert.ok(bought, 'no id of the number')
  })
  await step('list', async () => {
    const { data: mine } = given(await client.GET('/api/v1/numbers', { params: { query: { limit: 10 } } }))
    assert.deepEqual(mine.map(number => [number.id, number.phoneNumber]), [[bought, found]])
  })
}

async function rent (): Promise<void> {
  await step('rent_and_wait_for_the_code', async () => {
    const rental = given(await client.POST('/api/v1/verifications', { body: { serviceCode: 'tg', country: 'US' } }))
    assert.ok(rental.phoneNumber, `no number: ${rental.status}`)
    await client.POST('/api/v1/sandbox/sms', { params: { query: { to: rental.phoneNumber } } })
    const { status, code } = given(await client.GET('/api/v1/verifications/{id}', {
      params: { path: { id: rental.id }, query: { wait: WAIT_SECONDS } }
    }))
    assert.equal(status, 'COMPLETED')
    assert.match(code ?? '', /^\d{4,8}$/)
    return code ?? ''
  })
}

await purchase()
await rent()
await step('balance', async () => {
  const { accountBalance } = given(await client.GET('/api/v1/billing/account'))
  assert.ok(accountBalance > 0 && accountBalance < DEPOSIT, `the balance is ${accountBalance}`)
  return String(accountBalance)
})
await step('refused', async () => {
  const { error, response } = await client.POST('/api/v1/numbers/purchase', {
    body: { numbers: [{ phoneNumber: NO_NUMBER }] }
  })
  assert.equal(response.status, 400)
  assert.equal(error?.error.code, 'VALIDATION_ERROR' satisfies components['schemas']['ErrorCode'])
  assert.equal(error.error.field, 'numbers[0].phoneNumber')
})
console.log(`generated TypeScript client: ${passed} passed, ${failed} failed`)
process.exit(failed)
