/** A request for the certificate of the user `somebody`, signed by a key that nobody keeps. */
export const CLIENT_REQUEST: string = [
  '-----BEGIN CERTIFICATE REQUEST-----',
  'MIHMMHUCAQAwEzERMA8GA1UEAwwIc29tZWJvZHkwWTATBgcqhkjOPQIBBggqhkjO',
  'PQMBBwNCAATpgN9iSe7oOg8H4cOgzagFYlUGZjLteJUqxC1PNO4N3Rny0lnnyra6',
  'UQh1cn+mwYSBACMrLZvYI8N4o7aq0MuEoAAwCgYIKoZIzj0EAwIDRwAwRAIgUTcn',
  'YqxuI1X6E4OwRVJQWmonLM03vkuLR8c7s7XLIlkCIF5hnPMmoeG2BGd9uBIlIm1v',
  'fHuMTfRYRTwtDuJmitoZ',
  '-----END CERTIFICATE REQUEST-----',
].join('\n');

/** The same for the kubelet of the node `thief`. */
export const NODE_REQUEST: string = [
  '-----BEGIN CERTIFICATE REQUEST-----',
  'MIHuMIGVAgEAMDMxFTATBgNVBAoMDHN5c3RlbTpub2RlczEaMBgGA1UEAwwRc3lz',
  'dGVtOm5vZGU6dGhpZWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATpgN9iSe7o',
  'Og8H4cOgzagFYlUGZjLteJUqxC1PNO4N3Rny0lnnyra6UQh1cn+mwYSBACMrLZvY',
  'I8N4o7aq0MuEoAAwCgYIKoZIzj0EAwIDSAAwRQIgLdjOrr8BTEOIjjqxh8U7BYuO',
  'se0UrC+UvL6zZr3KXgwCIQDIB27Pk4m6gSNuOa6q6Ajhqmx5ZOjEbz+gTvZ1IyBb',
  'Qg==',
  '-----END CERTIFICATE REQUEST-----',
].join('\n');

/** A certificate of the user `somebody` that nobody has signed but itself. */
export const CERTIFICATE: string = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBfTCCASOgAwIBAgIUHQQCvMkCavyZU9kFWA+V/aYbWLowCgYIKoZIzj0EAwIw',
  'EzERMA8GA1UEAwwIc29tZWJvZHkwIBcNMjYxMTIzMDQxMDM4WhgPMjEyNjEwMzAw',
  'NDEwMzhaMBMxETAPBgNVBAMMCHNvbWVib2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0D',
  'AQcDQgAEzlIV4EOva7+z1a15lFSag4G5bkwpRoU7HraNGer46l9TAkEonfRiOmKe',
  'FkqlpT19EdBGPPa1j7cle61+HnwtVKNTMFEwHQYDVR0OBBYEFJyVgLFLVVWUpt7h',
  'IpMpqcei+R8pMB8GA1UdIwQYMBaAFJyVgLFLVVWUpt7hIpMpqcei+R8pMA8GA1Ud',
  'EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgSUGOxB5XLukUOWs1UrveJTml',
  'BdmIxD5S2Os63xy95w8CIQDcscnPuacbGKYJkU+/G7RkkgCJuNvoTSDR13y8DUyP',
  'uw==',
  '-----END CERTIFICATE-----',
].join('\n');
