import type { LoginWays } from '../../api.ts';
import { Empty } from '../ui/empty.tsx';
import { useWords } from '../words/words.ts';

export function LoginPage({ ways }: { readonly ways: LoginWays; readonly why: string | undefined }) {
  const words = useWords();
  return <Empty title={`${words.loading} ${ways.way}`} />;
}
