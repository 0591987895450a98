import { expect, test } from 'vitest'
import { isPublic } from '../../../actors/notifier/address.ts'

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
  '%s can be reached by anybody',
  (address) => expect(isPublic(address)).toBe(true),
)

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
  ...['172.31.255.255', '192.0.0.170', '192.168.1.1', '198.18.0.1', '224.0.0.1', '239.255.255.250', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', 'fe80::1', 'fc00::1'],
  ...['fd12:3456::1', 'ff02::1', '2002:7f00:1::', '2001::1', '2001:db8::1', 'fec0::1', 'fe80::1%eth0', 'localhost', ''],
])('%s cannot, or is no address', (address) => expect(isPublic(address)).toBe(false))
